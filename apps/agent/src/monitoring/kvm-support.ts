import { access, constants, readFile } from "node:fs/promises";
import { parseCpuinfo } from "./proc-files.ts";

/** Whether guests run on KVM here; if not, why, and they run by emulation. */
export type KvmSupport = { readonly isUsable: true } | { readonly isUsable: false; readonly because: string };

/** Pure half: `deviceError` is why /dev/kvm does not open, `undefined` when it does. */
export function decideKvm(cpuFlags: readonly string[], deviceError: string | undefined): KvmSupport {
  if (!cpuFlags.includes("vmx") && !cpuFlags.includes("svm")) {
    return { isUsable: false, because: "the CPU shows neither Intel VT (vmx) nor AMD-V (svm)" };
  }
  if (deviceError !== undefined) return { isUsable: false, because: `/dev/kvm cannot be opened: ${deviceError}` };
  return { isUsable: true };
}

/** Looks at this host. A /dev/kvm without the CPU's flags is not believed: guests hang under it. */
export async function readKvmSupport(): Promise<KvmSupport> {
  const { flags } = parseCpuinfo(await readFile("/proc/cpuinfo", "utf8"));
  return decideKvm(flags, await whyClosed("/dev/kvm"));
}

async function whyClosed(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
