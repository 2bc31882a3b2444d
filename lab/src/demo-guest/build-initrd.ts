import { chmod, copyFile, mkdir, readdir, realpath, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { runProgram } from "@yagura/std/run-program.ts";
import { readKernelModules } from "./kernel-modules.ts";

const wantedModules = [
  "virtio_pci",
  "virtio_blk",
  "virtio_scsi",
  "sd_mod",
  "virtio_net",
  "virtio_console",
  "virtio_rng",
  "virtio_balloon",
  "button",
  "evdev",
];

/** Where each file of `files/` goes in the guest. */
const guestFiles: Readonly<Record<string, string>> = {
  init: "init",
  inittab: "etc/inittab",
  "start-network": "etc/start-network",
  "udhcpc-script": "etc/udhcpc-script",
  stop: "etc/stop",
  shutdown: "sbin/shutdown",
  "acpi-power": "etc/acpi/PWRF/00000080",
  "os-release": "etc/os-release",
  issue: "etc/issue",
};

/**
 * Makes the guest's first file system: busybox, the QEMU guest agent with the libraries it needs, drivers, our scripts.
 * @param packagesRoot the unpacked kernel and guest agent packages
 * @param directory an empty directory to work in
 * @returns the paths of the kernel and of the compressed initrd
 */
export async function buildInitrd(
  packagesRoot: string,
  directory: string,
): Promise<{ kernel: string; initrd: string }> {
  const tree = join(directory, "tree");
  for (const [from, to] of Object.entries(guestFiles))
    await put(join(import.meta.dirname, "files", from), join(tree, to));
  await put(await findBusybox(), join(tree, "bin/busybox"));
  await put(join(packagesRoot, "usr/sbin/qemu-ga"), join(tree, "usr/sbin/qemu-ga"));
  for (const library of await librariesOf(join(packagesRoot, "usr/sbin/qemu-ga")))
    await put(library, join(tree, library));

  const modules = await readKernelModules(packagesRoot, wantedModules);
  await mkdir(join(tree, "lib/modules"), { recursive: true });
  for (const module of modules) await writeFile(join(tree, "lib/modules", `${module.name}.ko`), module.content);
  await writeFile(join(tree, "etc/modules.order"), modules.map((module) => `${module.name}.ko\n`).join(""));
  await writeFile(join(tree, "etc/passwd"), "root::0:0:root:/:/bin/sh\n");
  await writeFile(join(tree, "etc/group"), "root:x:0:\n");

  const initrd = join(directory, "initrd");
  const names = ["."].concat(await readdir(tree, { recursive: true })).sort();
  await runProgram(await findBusybox(), ["cpio", "-o", "-H", "newc", "-F", initrd], {
    cwd: tree,
    input: `${names.join("\n")}\n`,
  });
  await runProgram("gzip", ["--no-name", "-9", "--force", initrd]);
  return { kernel: await findKernel(packagesRoot), initrd: `${initrd}.gz` };
}

async function put(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(await realpath(from), to);
  await chmod(to, 0o755);
}

async function findBusybox(): Promise<string> {
  for (const path of ["/bin/busybox", "/usr/bin/busybox"]) {
    const { stdout } = await runProgram(path, ["--list"]).catch(() => ({ stdout: "" }));
    if (stdout.includes("udhcpc")) return path;
  }
  throw new Error("busybox with udhcpc is missing (package busybox-static)");
}

/** The shared libraries of a program, loader included, as the loader of this machine finds them. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await runProgram("ldd", [program]);
  return [...stdout.matchAll(/(?:=> |^\s+)(\/\S+)/gm)].map((found) => found[1] ?? "").filter((path) => path !== "");
}

async function findKernel(packagesRoot: string): Promise<string> {
  const kernel = (await readdir(join(packagesRoot, "boot"))).find((file) => basename(file).startsWith("vmlinuz-"));
  if (kernel === undefined) throw new Error(`no kernel below ${packagesRoot}/boot`);
  return join(packagesRoot, "boot", kernel);
}
