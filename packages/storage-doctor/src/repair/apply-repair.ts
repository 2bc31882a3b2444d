import { constants } from "node:fs";
import { chmod, chown, copyFile, lstat, mkdir, open, rename, rm, rmdir, unlink } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { unreachable } from "@yagura/std/assert.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import {
  type DomainMetadata,
  formatVolumeMetadata,
  METADATA_FILE_BYTES_MAX,
  parseVolumeMetadata,
} from "@yagura/storage-format";
import type { RecordChange, Repair } from "../finding.ts";
import { readBytes } from "../read/read-file.ts";

/** What a repair needs to know of the domain. */
export interface RepairTarget {
  /** The directory of the domain. */
  readonly path: string;
  readonly metadata: DomainMetadata;
  /** A directory inside of the domain, where records go before they are changed. */
  readonly backupPath: string;
}

/** A change that was planned could not be made. Those before it were, those after it were not. */
export class CannotRepair extends Error {
  override readonly name = "CannotRepair";
}

/**
 * Makes one planned change. The storage may have changed since it was looked at: each change either finds what it expects
 * or refuses. Making the same change twice has the effect of one.
 * @throws CannotRepair
 */
export async function applyRepair(repair: Repair, target: RepairTarget): Promise<void> {
  try {
    await apply(repair, target);
  } catch (cause) {
    throw new CannotRepair(`cannot repair ${repair.path}`, { cause });
  }
}

async function apply(repair: Repair, target: RepairTarget): Promise<void> {
  const { path } = repair;
  switch (repair.do) {
    case "remove":
      return remove(path, repair.is);
    case "change-record":
      return changeRecord(path, repair.change, target);
    case "lengthen":
      return lengthen(path, repair.sizeBytes);
    case "make-lease":
      return makeLease(path, repair.name, target.metadata);
    case "set-owner":
      for (const file of repair.files) await setOwner(file.path, { ...repair, mode: file.mode });
      return;
    default:
      return unreachable(repair);
  }
}

async function remove(path: string, is: "file" | "empty directory" | "unborn domain"): Promise<void> {
  if (is === "file") await unlink(path);
  // Refused by the file system when somebody put something into it meanwhile.
  else if (is === "empty directory") await rmdir(path);
  else await rm(path, { recursive: true });
  await syncDirectory(dirname(path));
}

/** The old record is kept, the new one is written beside and renamed: at no moment is there none. */
async function changeRecord(path: string, change: RecordChange, target: RepairTarget): Promise<void> {
  const bytes = await readBytes(path, 0, METADATA_FILE_BYTES_MAX);
  if (bytes === undefined) throw new Error("it is not there any more");
  const record = parseVolumeMetadata(new TextDecoder().decode(bytes));
  const text = formatVolumeMetadata({ ...record, ...change }, target.metadata.version);
  await keepBackup(path, target);
  const { uid, gid, mode } = await lstat(path);
  const beside = `${path}.new`;
  const file = await open(
    beside,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    mode & 0o777,
  );
  try {
    await file.writeFile(text);
    await file.chmod(mode & 0o777);
    await file.chown(uid, gid);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncDirectory(dirname(path));
}

async function keepBackup(path: string, { path: domainPath, backupPath }: RepairTarget): Promise<void> {
  const copy = `${backupPath}/${relative(domainPath, path)}`;
  await mkdir(dirname(copy), { recursive: true });
  // The first state is the one that counts.
  await copyFile(path, copy, constants.COPYFILE_EXCL).catch((cause: unknown) => {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
  });
}

async function lengthen(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW);
  try {
    if ((await file.stat()).size < sizeBytes) await file.truncate(sizeBytes);
    await file.chmod(0o660);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** By sanlock's own program, which needs no daemon for that. */
async function makeLease(
  path: string,
  name: string,
  { domainId, blockSizeBytes, alignmentBytes }: DomainMetadata,
): Promise<void> {
  // Never over one that is there.
  const file = await open(path, "wx");
  await file.chmod(0o660);
  await file.close();
  const geometry = ["-Z", String(blockSizeBytes), "-A", `${alignmentBytes / (1024 * 1024)}M`];
  try {
    await runProgram("sanlock", ["direct", "init", "-r", `${domainId}:${name}:${escaped(path)}:0`, ...geometry]);
  } catch (cause) {
    await unlink(path);
    throw cause;
  }
}

/** A colon of a path would end it. */
function escaped(path: string): string {
  return path.replaceAll("\\", "\\\\").replaceAll(":", "\\:");
}

async function setOwner(path: string, { uid, gid, mode }: { uid: number; gid: number; mode: number }): Promise<void> {
  const found = await lstat(path);
  if (!found.isFile() && !found.isDirectory()) throw new Error("it is neither a file nor a directory any more");
  if (found.uid !== uid || found.gid !== gid) await chown(path, uid, gid);
  await chmod(path, mode);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
