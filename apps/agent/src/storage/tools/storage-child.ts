import { type ProgramOutput, type RunOptions, runProgram } from "@yagura/std/run-program.ts";
import { tiedToUs } from "./tied-to-us.ts";

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
  return runProgram("setpriv", await tiedToUs(program, args), options);
}
