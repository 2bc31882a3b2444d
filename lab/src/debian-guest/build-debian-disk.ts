import { access, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathExists } from "@yagura/std/path-exists.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";
import { buildDiskImage } from "../disk-image/build-disk-image.ts";

/** What is installed besides Debian's minimal base: systemd as init, a kernel for guests, the guest agent. */
const packages = ["systemd-sysv", "udev", "dbus", "initramfs-tools", "linux-image-cloud-amd64", "qemu-guest-agent"];

/** Every card asks for an address; systemd-networkd is part of Debian's systemd package. */
const networkFile = "[Match]\nName=e*\n\n[Network]\nDHCP=yes\n";

/** Why no Debian can be installed here, or nothing if it can: for `test(…, { skip })`. */
export async function whyNoDebian(): Promise<string | false> {
  if (process.getuid?.() !== 0) return "installing a Debian into a directory needs root";
  return access("/usr/sbin/debootstrap").then(
    () => false,
    () => "debootstrap is not installed",
  );
}

/**
 * Installs a Debian with systemd from its own packages into a disk image, unmodified but for its host name, its network
 * and an empty root password; or finds the one made before. Takes some minutes and needs root.
 * @returns the path of a compressed qcow2 of 1.5 GiB (virtual), which nobody may change
 */
export async function buildDebianDisk(cacheDirectory: string): Promise<string> {
  const { suite, mirror } = await findMirror();
  const finished = join(cacheDirectory, `debian-${suite}.qcow2`);
  if (await pathExists(finished)) return finished;

  const work = `${finished}.${process.pid}.work`;
  const tree = join(work, "tree");
  await mkdir(tree, { recursive: true });
  try {
    const include = `--include=${packages.join(",")}`;
    await runProgram("/usr/sbin/debootstrap", ["--variant=minbase", include, suite, tree, mirror], {
      timeoutMs: 900_000,
    });
    await writeFile(join(tree, "etc/hostname"), "debian-guest\n");
    await writeFile(join(tree, "etc/systemd/network/80-dhcp.network"), networkFile);
    await runProgram("chroot", [tree, "systemctl", "enable", "systemd-networkd"]);
    await runProgram("chroot", [tree, "passwd", "--delete", "root"]);
    await runProgram("chroot", [tree, "apt-get", "clean"]);
    const boot = await readdir(join(tree, "boot"));
    const find = (prefix: string): string => join(tree, "boot", boot.find((file) => file.startsWith(prefix)) ?? prefix);
    const image = {
      kernel: find("vmlinuz-"),
      initrd: find("initrd.img-"),
      commandLine: "root=LABEL=data rw console=tty0 console=ttyS0,115200 quiet",
      bootBytes: 127 * MiB,
      dataBytes: 1408 * MiB,
      dataTree: tree,
    };
    await buildDiskImage(image, work, join(work, "disk.qcow2"));
    await rename(join(work, "disk.qcow2"), finished);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return finished;
}

/** The Debian that this machine gets its own packages from: its release, and the address apt is set to. */
async function findMirror(): Promise<{ suite: string; mirror: string }> {
  const { stdout } = await runProgram("apt-get", [
    "indextargets",
    "--format",
    "$(CODENAME) $(REPO_URI) $(COMPONENT)",
    "Created-By: Packages",
  ]);
  for (const line of stdout.split("\n")) {
    const [suite = "", mirror = "", component] = line.split(" ");
    if (component === "main" && /^[a-z]+$/.test(suite)) return { suite, mirror };
  }
  throw new Error("apt knows no Debian repository to install from");
}
