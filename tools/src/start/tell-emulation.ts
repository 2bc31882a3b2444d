import { access, constants, readFile } from "node:fs/promises";
import type { Progress } from "./progress.ts";

/** Says loudly when guests will be emulated, and why. */
export async function tellEmulation(progress: Progress): Promise<void> {
  const reason = await whyEmulated();
  if (reason !== undefined)
    progress.say(`Guests will be EMULATED, which is many times slower, because ${reason}. It works all the same.`);
}

async function whyEmulated(): Promise<string | undefined> {
  const flags = /^flags\s*:(.*)$/m.exec(await readFile("/proc/cpuinfo", "utf8"))?.[1] ?? "";
  if (!/\b(vmx|svm)\b/.test(flags)) return "this machine's CPU shows neither Intel VT nor AMD-V";
  return access("/dev/kvm", constants.R_OK | constants.W_OK).then(
    () => undefined,
    () => "/dev/kvm cannot be opened",
  );
}
