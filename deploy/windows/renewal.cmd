@echo off
rem The dashboard's commands with its settings: renewal load FILE, renewal verify, renewal backup DIR, renewal serve ...
rem An office's own settings stand in C:\renewal\settings.cmd (lines like: set RENEWAL_PLAN=C:\renewal\plan), which an upgrade leaves alone.
setlocal
set RENEWAL_STORE=C:\renewal\data\store
set RENEWAL_COMMAND=C:\renewal\current\deploy\windows\renewal.cmd
if exist C:\renewal\settings.cmd call C:\renewal\settings.cmd
set PYTHONUTF8=1
set PYTHONPATH=C:\renewal\current
C:\renewal\current\.venv\Scripts\python.exe -m renewal %*
