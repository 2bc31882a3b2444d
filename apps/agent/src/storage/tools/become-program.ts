// Becomes a program, if whoever wanted it still lives: `become-program.ts PARENT_PID -- PROGRAM [ARGUMENT]...`
//
// A process asks the kernel to die with its parent only after it was started. One whose parent died before that is told
// nothing, and would work for a lease that is not held any more. We are started when the kernel has been asked
// (`tied-to-us.ts`): from here on the parent's death is ours, and if it came before, somebody else is our parent now.
//
// It imports nothing: `node:process` alone would open stdin and stdout, which makes them non-blocking for the program too.
const [parentPid, , ...command] = process.argv.slice(2);
const GONE_CODE = 125;

if (process.ppid !== Number(parentPid) || process.execve === undefined) process.exit(GONE_CODE);
// It finds programs by their names. What the kernel was asked stays over this.
process.execve("/usr/bin/env", ["env", "--", ...command], process.env as Record<string, string>);
