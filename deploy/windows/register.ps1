# Makes Task Scheduler start the dashboard with Windows and back it up every night. Run once, as administrator, after install.cmd:
#   powershell -ExecutionPolicy Bypass -File C:\renewal\current\deploy\windows\register.ps1
$ErrorActionPreference = "Stop"
$prefix = "C:\renewal"
$command = "$prefix\current\deploy\windows\renewal.cmd"
foreach ($folder in "$prefix\data\store", "$prefix\backups") { New-Item -ItemType Directory -Force -Path $folder | Out-Null }

# LOCAL SERVICE (S-1-5-19) has no rights beyond these two folders, and no password that could run out.
foreach ($folder in "$prefix\data", "$prefix\backups") { icacls $folder /grant "*S-1-5-19:(OI)(CI)M" | Out-Null }
$who = New-ScheduledTaskPrincipal -UserId "LOCALSERVICE" -LogonType ServiceAccount

# ExecutionTimeLimit 0: for ever.
$serve = New-ScheduledTaskAction -Execute $command -Argument "serve --log $prefix\data\server.log" -WorkingDirectory "$prefix\current"
$always = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) `
    -MultipleInstances IgnoreNew -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
Register-ScheduledTask -TaskName "renewal" -Action $serve -Trigger (New-ScheduledTaskTrigger -AtStartup) -Principal $who -Settings $always -Force | Out-Null

$backup = New-ScheduledTaskAction -Execute $command -Argument "backup $prefix\backups --keep 30" -WorkingDirectory "$prefix\current"
$night = New-ScheduledTaskSettingsSet -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
Register-ScheduledTask -TaskName "renewal-backup" -Action $backup -Trigger (New-ScheduledTaskTrigger -Daily -At "01:30") -Principal $who -Settings $night -Force | Out-Null

Start-ScheduledTask -TaskName "renewal"
Write-Output "Registered: renewal (starts with Windows, started now) and renewal-backup (every night at 01:30)."
