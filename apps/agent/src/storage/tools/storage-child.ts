import { type ProgramOutput, type RunOptions, runProgram } from "@yagura/std/run-program.ts";

/**
 * Runs a program that reads or writes storage. The kernel kills it when this process ends, in whatever way: what was
 * begun under a lease must not go on without it.
 * @throws as `runProgram`
 */
export function runStorageProgram(
  program: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<ProgramOutput> {
  return runProgram("setpriv", ["--pdeathsig", "KILL", "--", program, ...args], options);
}
