@echo off
rem Marque without Maven: marque serve, marque classify photo.jpg, marque --help.
rem JAVA_HOME chooses the Java, JAVA_OPTS replaces its options for memory, JAVA_EXTRA_OPTS adds to them.
setlocal
set "home=%~dp0.."
set "java=java"
if not "%JAVA_HOME%"=="" set "java=%JAVA_HOME%\bin\java"
rem The heap stays near what is in use, instead of growing to a quarter of the machine.
rem A young part of 200 MB collects seldom enough under load (docs/performance.md).
if "%JAVA_OPTS%"=="" set "JAVA_OPTS=-XX:+UseSerialGC -Xms320m -Xmn200m -XX:SurvivorRatio=2 -XX:MinHeapFreeRatio=40 -XX:MaxHeapFreeRatio=70"
"%java%" "-Dmarque.home=%home%" --enable-native-access=ALL-UNNAMED %JAVA_OPTS% %JAVA_EXTRA_OPTS% -cp "%home%\lib\*" dev.marque.Main %*
exit /b %ERRORLEVEL%
