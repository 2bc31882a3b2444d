import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@yagura/std/run-program.ts";

/** A package that the demo guest is made of could not be fetched or opened. */
export class CannotFetchPackage extends Error {
  override readonly name = "CannotFetchPackage";
}

/** Names of packages, and how apt is called so that it knows them. */
export interface AptPackages {
  readonly names: readonly string[];
  readonly aptOptions: readonly string[];
}

/**
 * The newest kernel package made for virtual machines: Debian's cloud kernel, or Ubuntu's kernel for KVM guests.
 * A machine whose package lists are empty (fresh images often have none) gets lists of our own in `listsDirectory`;
 * its own stay as they are.
 * @throws CannotFetchPackage when no list knows one.
 */
export async function findKernelPackages(listsDirectory: string): Promise<AptPackages> {
  const aptOptions = ["-o", `Dir::State::Lists=${listsDirectory}`];
  const known = (await lookUpKernel([])) ?? (await lookUpKernel(aptOptions));
  if (known !== undefined) return known;
  try {
    await mkdir(join(listsDirectory, "partial"), { recursive: true });
    await runProgram("apt-get", [...aptOptions, "update"], { timeoutMs: 300_000 });
  } catch (cause) {
    throw new CannotFetchPackage("cannot fetch the package lists", { cause });
  }
  const found = await lookUpKernel(aptOptions);
  if (found !== undefined) return found;
  throw new CannotFetchPackage("no kernel package for virtual machines in the package lists");
}

/** The names of kernels are meta packages; the one with the kernel is among their dependencies. */
async function lookUpKernel(aptOptions: readonly string[]): Promise<AptPackages | undefined> {
  const depends = (name: string) => runProgram("apt-cache", [...aptOptions, "depends", name], { okCodes: [0, 100] });
  for (const meta of ["linux-image-cloud-amd64", "linux-image-virtual", "linux-image-cloud-arm64"]) {
    const image = /Depends: (linux-image-\d\S*)/.exec((await depends(meta)).stdout)?.[1];
    if (image === undefined) continue;
    const separate = /Depends: (linux-modules-\d\S*)/.exec((await depends(image)).stdout)?.[1];
    return { names: separate === undefined ? [image] : [image, separate], aptOptions };
  }
  return undefined;
}

/**
 * Downloads packages and unpacks them side by side below `directory/root`; installs nothing and needs no rights.
 * @throws CannotFetchPackage naming the packages.
 */
export async function unpackPackages({ names, aptOptions }: AptPackages, directory: string): Promise<string> {
  const root = join(directory, "root");
  await mkdir(root, { recursive: true });
  try {
    await runProgram("apt-get", [...aptOptions, "download", ...names], { cwd: directory, timeoutMs: 600_000 });
    const archives = (await readdir(directory)).filter((file) => file.endsWith(".deb"));
    for (const archive of archives) {
      await runProgram("dpkg-deb", ["-x", join(directory, archive), root], { timeoutMs: 120_000 });
    }
  } catch (cause) {
    throw new CannotFetchPackage(`cannot fetch ${names.join(", ")}`, { cause });
  }
  return root;
}
