@echo off
rem Marque without Maven: marque serve, marque classify photo.jpg, marque --help.
rem JAVA_HOME chooses the Java, JAVA_OPTS adds to its options.
setlocal
set "home=%~dp0.."
set "java=java"
if not "%JAVA_HOME%"=="" set "java=%JAVA_HOME%\bin\java"
"%java%" "-Dmarque.home=%home%" --enable-native-access=ALL-UNNAMED %JAVA_OPTS% -cp "%home%\lib\*" dev.marque.Main %*
exit /b %ERRORLEVEL%
