process.stdout.write("hello " + process.version + " " + process.argv.slice(2) + "\n");
