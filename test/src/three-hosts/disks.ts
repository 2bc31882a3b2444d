// Disks of tests on three hosts: made over REST, filled and looked at on the NFS server itself, past everything that is tested.

import type { DomainPlace } from "@yagura/lab/three-hosts-nfs/watch-changes.ts";
import { folderOf } from "@yagura/lab/uml/nfs.ts";
import type { Disk } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import type { Centre } from "./centre.ts";

export interface NewDisk {
  readonly name: string;
  readonly on: DomainPlace;
  readonly bytes: number;
  readonly format?: "cow" | "raw";
}

/** A pattern: so many bytes of one value from the beginning. */
export interface Pattern {
  readonly value: number;
  readonly bytes: number;
}

const settleMs = 120_000;

export async function addDisk({ three }: Centre, { name, on, bytes, format = "cow" }: NewDisk): Promise<string> {
  const { client } = three.manager;
  const { id = "" } = await client.disks.add({
    name,
    format,
    sparse: true,
    provisioned_size: bytes,
    storage_domains: [{ id: on.id }],
  });
  await poll(`disk ${name}`, async () => (await client.disks.get(id)).status === "ok", { timeoutMs: settleMs });
  return id;
}

/** The only disk of this name, or nothing. */
export async function findDisk({ three }: Centre, name: string): Promise<Disk | undefined> {
  const found = (await three.manager.client.disks.list()).filter((disk) => disk.name === name);
  if (found.length > 1) throw new Error(`there are ${found.length} disks ${name}`);
  return found[0];
}

/** The paths of a disk's volumes on the server; none where it has no image. */
export async function volumePaths({ three }: Centre, on: DomainPlace, diskId: string): Promise<string[]> {
  const folder = `${folderOf(on.exportName)}/${on.id}/images/${diskId}`;
  const { stdout } = await three.server.machine.run("find", [folder, "-type", "f"], { okCodes: [0, 1] });
  return stdout.split("\n").filter((path) => path !== "" && !/\.(meta|lease)$/.test(path));
}

/** Fills the beginning of a disk that nobody uses. */
export async function writePattern(centre: Centre, path: string, pattern: Pattern): Promise<void> {
  await io(centre, path, [...inPieces(`write -q -P ${pattern.value}`, pattern.bytes), "-c", "flush"]);
}

/** @throws Error when a byte of it differs */
export async function checkPattern(centre: Centre, path: string, { value, bytes }: Pattern): Promise<void> {
  const { stdout } = await io(centre, path, ["-r", ...inPieces(`read -P ${value}`, bytes)]);
  const read = stdout.match(/^read (\d+)\/\1 bytes/gm) ?? [];
  if (read.length !== Math.ceil(bytes / pieceBytes) || stdout.includes("Pattern verification failed")) {
    throw new Error(`${path} has not what was written to it: ${stdout.slice(0, 500)}`);
  }
}

/** So much of it is in memory at a time; the server has little. */
const pieceBytes = 8 * MiB;

function inPieces(command: string, bytes: number): string[] {
  const count = Math.ceil(bytes / pieceBytes);
  return Array.from({ length: count }, (_, index) => {
    const begin = index * pieceBytes;
    return ["-c", `${command} ${begin} ${Math.min(pieceBytes, bytes - begin)}`];
  }).flat();
}

/** What QEMU says of an image. */
export async function imageInfo(centre: Centre, path: string): Promise<{ format: string; virtualBytes: number }> {
  const { stdout } = await centre.three.server.machine.run("qemu-img", ["info", "--output=json", path]);
  const info: { format: string; "virtual-size": number } = JSON.parse(stdout);
  return { format: info.format, virtualBytes: info["virtual-size"] };
}

async function io(centre: Centre, path: string, args: readonly string[]) {
  const { format } = await imageInfo(centre, path);
  return centre.three.server.machine.run("qemu-io", ["-f", format, ...args, path], { timeoutMs: 300_000 });
}
