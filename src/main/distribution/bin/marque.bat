@echo off
rem Marque without Maven: marque serve, marque classify photo.jpg, marque --help.
rem JAVA_HOME selects the JDK, JAVA_OPTS replaces the memory options below, JAVA_EXTRA_OPTS adds options.
setlocal
set "home=%~dp0.."
set "java=java"
if not "%JAVA_HOME%"=="" set "java=%JAVA_HOME%\bin\java"
rem Collections use all cores. The adaptive policy may let the heap grow to a quarter of the
rem machine's memory. A young generation of 200 MB makes collections rare enough under load
rem (docs/performance.md).
if "%JAVA_OPTS%"=="" set "JAVA_OPTS=-XX:+UseParallelGC -XX:-UseAdaptiveSizePolicy -Xms320m -Xmn200m -XX:SurvivorRatio=2"
"%java%" "-Dmarque.home=%home%" --enable-native-access=ALL-UNNAMED %JAVA_OPTS% %JAVA_EXTRA_OPTS% -cp "%home%\lib\*" dev.marque.Main %*
exit /b %ERRORLEVEL%
