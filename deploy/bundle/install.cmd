@echo off
rem Installs or upgrades the dashboard without internet, into C:\renewal (see operations.md, section Windows).
chcp 65001 >nul
set PYTHONUTF8=1
where py >nul 2>nul && (py -3 "%~dp0install.py" %* & exit /b)
where python >nul 2>nul && (python "%~dp0install.py" %* & exit /b)
echo Python 3.11 or newer was not found; nothing was installed. See operations.md, section Windows.
exit /b 2
