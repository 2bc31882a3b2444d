import { type ProgramOutput, type RunOptions, runProgram } from "@yagura/std/run-program.ts";
import { storageUserOptions } from "./storage-user.ts";

/**
 * Runs a program that reads or writes storage. The kernel kills it when this process ends, in whatever way: what was
 * begun under a lease must not go on without it.
 *
 * An agent that is root runs it as 36:36 when one of the arguments names something on mounted storage
 * (`storageUserFor`); so the caller need not know, but must name storage by its path below `REPOSITORY/mnt`, as
 * `domain.paths` do, and may not rely on root's rights there. What it makes belongs to 36:36 from the beginning.
 * @throws as `runProgram`
 */
export async function runStorageProgram(
  program: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<ProgramOutput> {
  // Last: a change of user would take the wish to die away again.
  const become = [...(await storageUserOptions(args)), "--pdeathsig", "KILL"];
  return runProgram("setpriv", [...become, "--", program, ...args], options);
}
