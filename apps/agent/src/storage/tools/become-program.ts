// A process asks the kernel to die with its parent only after it was started. One whose parent died before that is told
// nothing, and would work for a lease that is not held any more. We are started when the kernel has been asked
// (`tied-to-us.ts`): from here on the parent's death is ours, and if it came before, somebody else is our parent now.

/**
 * Becomes a program, if whoever wanted it still lives. It runs in a process of its own, which is given its text (`launcher`):
 * it must use nothing from outside, and imports nothing, since `node:process` alone would open stdin and stdout, which makes
 * them non-blocking for the program too.
 */
function becomeProgram([parentPid, , ...command]: readonly string[]): void {
  const GONE_CODE = 125;
  if (process.ppid !== Number(parentPid) || process.execve === undefined) process.exit(GONE_CODE);
  // It finds programs by their names. What the kernel was asked stays over this.
  process.execve("/usr/bin/env", ["env", "--", ...command], process.env as Record<string, string>);
}

/**
 * What `node --eval` runs, with the pid of the parent, `--` and the command as arguments. A TypeScript file would first load what
 * strips types: 0.1 s for every program, and 0.6 s in a user-mode kernel.
 */
export const launcher = `(${becomeProgram})(process.argv.slice(1))`;
