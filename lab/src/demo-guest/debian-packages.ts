import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@yagura/std/run-program.ts";

/** A package that the demo guest is made of could not be fetched or opened. */
export class CannotFetchPackage extends Error {
  override readonly name = "CannotFetchPackage";
}

/**
 * The newest kernel package made for virtual machines: Debian's cloud kernel, or Ubuntu's kernel for KVM guests.
 * These names are meta packages; the one with the kernel is among their dependencies.
 * @throws CannotFetchPackage when the package lists know none.
 */
export async function findKernelPackages(): Promise<readonly string[]> {
  for (const meta of ["linux-image-cloud-amd64", "linux-image-virtual", "linux-image-cloud-arm64"]) {
    const { stdout } = await runProgram("apt-cache", ["depends", meta], { okCodes: [0, 100] });
    const image = /Depends: (linux-image-\d\S*)/.exec(stdout)?.[1];
    if (image === undefined) continue;
    const modules = await runProgram("apt-cache", ["depends", image]);
    const separate = /Depends: (linux-modules-\d\S*)/.exec(modules.stdout)?.[1];
    return separate === undefined ? [image] : [image, separate];
  }
  throw new CannotFetchPackage("no kernel package for virtual machines in the package lists; run apt-get update");
}

/**
 * Downloads packages and unpacks them side by side below `directory/root`; installs nothing and needs no rights.
 * @throws CannotFetchPackage naming the packages.
 */
export async function unpackPackages(names: readonly string[], directory: string): Promise<string> {
  const root = join(directory, "root");
  await mkdir(root, { recursive: true });
  try {
    await runProgram("apt-get", ["download", ...names], { cwd: directory, timeoutMs: 600_000 });
    const archives = (await readdir(directory)).filter((file) => file.endsWith(".deb"));
    for (const archive of archives) {
      await runProgram("dpkg-deb", ["-x", join(directory, archive), root], { timeoutMs: 120_000 });
    }
  } catch (cause) {
    throw new CannotFetchPackage(`cannot fetch ${names.join(", ")}`, { cause });
  }
  return root;
}
