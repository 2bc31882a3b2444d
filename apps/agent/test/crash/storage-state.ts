import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findId } from "@yagura/std/ids.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { decodeLeaseIndex } from "@yagura/storage-format";
import { type CrashPlace, pathsBelow } from "./fixture.ts";

/** Files whose bytes are of hosts, not of disks: only that they are there counts. */
const ofHosts = /^(ids|leases|xleases|inbox|outbox)$|\.lease$/;
/** Made whenever a domain becomes the master; tasks that are finished wait there for the Manager. */
const ofMaster = /\/master(\/vms|\/tasks(\/[^/]+\.json)?)?$/;

const INDEX_OFFSET = 1024 * 1024;

/** What guests see in images, by the bytes of all files of the chain: the same chain is read once only. */
const seen = new Map<string, string>();

/**
 * Everything on a storage that counts, as text that can be compared: all names, all records, and of each disk what a guest
 * would read in it. Records of tasks that are finished are not: they wait until the Manager has asked.
 */
export async function readStorageState(place: CrashPlace): Promise<string> {
  const { directory } = place;
  const lines: string[] = [];
  const all = await Promise.all(Object.values(pathsBelow(place).storage).map(listAll));
  for (const path of all.flat()) {
    const name = path.slice(directory.length);
    if (!ofMaster.test(path)) lines.push(`${name} ${(await describe(path)).replaceAll(directory, "")}`);
  }
  return lines.join("\n");
}

async function listAll(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of (await readdir(directory, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    found.push(path);
    if (entry.isDirectory()) found.push(...(await listAll(path)));
  }
  return found;
}

async function describe(path: string): Promise<string> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const { size, mode } = await stat(path);
  const rights = (mode & 0o777).toString(8);
  if (/^metadata$|\.meta(\.new)?$/.test(name)) {
    // The path of the storage is part of it, and so of its checksum; whether that is right is the doctor's to say.
    const text = (await readFile(path, "utf8")).replace(/^_SHA_CKSUM=.*$/m, "");
    return `${rights} ${text.replaceAll("\n", " ")}`;
  }
  if (findId(name) !== undefined && (await stat(path)).isFile()) return `${rights} ${await describeDisk(path)}`;
  if (name === "xleases") return `${rights} ${await describeIndex(path)}`;
  return ofHosts.test(name) ? `${rights} ${size} bytes` : rights;
}

/** Which external leases there are, and where. One that is just being made has none. */
async function describeIndex(path: string): Promise<string> {
  const bytes = (await readFile(path)).subarray(INDEX_OFFSET);
  if (path.includes("/.creating-")) return `${bytes.length} bytes`;
  const { isUpdating, records } = decodeLeaseIndex(bytes);
  const used = records.flatMap((record, at) => ("leaseId" in record ? `${at}:${record.is}:${record.leaseId}` : []));
  return `${isUpdating ? "updating" : "in order"} ${used.join(" ")}`;
}

async function describeDisk(path: string): Promise<string> {
  const bytes = await readFile(path);
  const own = sha(bytes);
  if (bytes.toString("latin1", 0, 3) !== "QFI") return `raw ${bytes.length} ${own}`;
  const key = `${own} ${await shaOfOthers(path)}`;
  const known = seen.get(key);
  if (known !== undefined) return known;
  const whole = `${path}.seen`;
  try {
    await runProgram("qemu-img", ["convert", "-U", "-f", "qcow2", "-O", "raw", path, whole]);
    const content = await readFile(whole);
    const described = `qcow2 of ${content.length} bytes ${sha(content)}`;
    seen.set(key, described);
    return described;
  } catch (cause) {
    return `qcow2 that cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
  } finally {
    await rm(whole, { force: true });
  }
}

/** Of what may lie below it. */
async function shaOfOthers(path: string): Promise<string> {
  const directory = dirname(path);
  const names = (await readdir(directory)).filter((name) => findId(name) !== undefined);
  const all = await Promise.all(names.sort().map(async (name) => sha(await readFile(join(directory, name)))));
  return sha(Buffer.from(all.join(" ")));
}

function sha(bytes: Buffer): string {
  return createHash("sha1").update(bytes).digest("hex");
}
