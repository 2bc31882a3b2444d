import { launcher } from "./become-program.ts";
import { storageUserOptions } from "./storage-user.ts";

/**
 * The arguments of `setpriv` for a program that reads or writes storage: as 36:36 where that is needed (`storage-user.ts`),
 * and killed by the kernel when this process ends, in whatever way and at whatever moment. The launcher costs some 0.05 s; it
 * closes the gap in which a death of ours would not be noticed.
 */
export async function tiedToUs(program: string, args: readonly string[]): Promise<string[]> {
  // The wish to die comes last: a change of user would take it away again.
  const become = [...(await storageUserOptions(args)), "--pdeathsig", "KILL"];
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", "--eval", launcher];
  return [...become, ...node, String(process.pid), "--", program, ...args];
}
