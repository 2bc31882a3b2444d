import { ProgramFailed, runProgram } from "@yagura/std/run-program.ts";

const MARK = "YAGURA_TEST_PRIVATE_MOUNTS";

/** Whether this process may mount what it likes: nobody else sees it, and it is gone with this process. */
export const hasPrivateMounts: boolean = process.env[MARK] === "1";

/**
 * Runs a test file again, in a process with mounts of its own. Needs root.
 * @throws an error with all that the tests there said
 */
export async function runInPrivateMounts(testFile: string, timeoutMs: number): Promise<void> {
  const reporter = ["--test-reporter=spec", "--test-reporter-destination=stderr"];
  // NODE_TEST_CONTEXT would have it report to our runner, on a line that is not there.
  const env = { [MARK]: "1", NODE_TEST_CONTEXT: undefined };
  const args = ["--mount", "--propagation", "private", process.execPath, ...reporter, testFile];
  try {
    await runProgram("unshare", args, { env, timeoutMs });
  } catch (cause) {
    if (!(cause instanceof ProgramFailed)) throw cause;
    throw new Error(`tests in a mount namespace of their own failed:\n${cause.stderr}`, { cause });
  }
}
