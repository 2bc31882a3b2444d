// A file whose storage can be made to fail: a FUSE file system of one file, served by this process. What a real server
// does to a mount in trouble, without root of another kernel: errors, a full disk, silence.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { close as closeFile, openSync, read as readFile, write as writeFile } from "node:fs";
import { open } from "node:fs/promises";
import { promisify } from "node:util";
import { pathExists } from "@yagura/std/path-exists.ts";
import { runProgram } from "@yagura/std/run-program.ts";

const read = promisify(readFile);
const write = promisify(writeFile);
const close = promisify(closeFile);

/** What such a file lacks on this machine; `undefined`: nothing. */
export async function whyNoFailingFile(): Promise<string | undefined> {
  return (await pathExists("/dev/fuse")) ? undefined : "there is no /dev/fuse to make a disk fail";
}

export interface FailingFile extends AsyncDisposable {
  /** Where a guest's disk can be. */
  readonly path: string;
  /** What reading and writing does from now on. `silent`: all requests wait until it is something else. */
  become(health: "well" | "EIO" | "ENOSPC" | "silent"): void;
}

const errnos = { EIO: -5, ENOSPC: -28 } as const;
const ENOENT = -2;
const ENOSYS = -38;
const WRITE_BYTES_MAX = 128 * 1024;
const ROOT_NODE = 1n;
const FILE_NODE = 2n;
const FILE_NAME = "volume";

const op = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  opendir: 27,
  releasedir: 29,
  access: 34,
  destroy: 38,
  batchForget: 42,
} as const;

/**
 * Mounts at `directory` (empty) the one file, which has the content of `backing` and belongs to 36:36. It is seen by the
 * process `pid` alone, and by those that share its mounts: a libvirtd and its guests.
 */
export async function mountFailingFile(directory: string, backing: string, pid: number): Promise<FailingFile> {
  const inside = ["--target", `${pid}`, "--mount"];
  const fd = openSync("/dev/fuse", "r+");
  const options = "fd=3,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions";
  const mount = ["mount", "-i", "-t", "fuse", "-o", options, "yagura-test", directory];
  const child = spawn("nsenter", [...inside, ...mount], { stdio: ["ignore", "ignore", "inherit", fd] });
  const [code] = (await once(child, "exit")) as [number];
  if (code !== 0) throw new Error(`cannot mount a FUSE file system at ${directory}`);
  const file = await open(backing, "r+");
  const server = new Server(fd, file);
  const serving = server.serve();
  return {
    path: `${directory}/${FILE_NAME}`,
    become: (health) => server.become(health),
    async [Symbol.asyncDispose]() {
      server.become("EIO");
      // By force: a guest that still has the file open must not keep it, nor this process.
      await runProgram("nsenter", [...inside, "umount", "-f", "-l", directory]);
      await serving;
      await close(fd).catch(() => undefined);
      await file.close();
    },
  };
}

type Health = "well" | "EIO" | "ENOSPC" | "silent";

class Server {
  readonly #fd: number;
  readonly #file: Awaited<ReturnType<typeof open>>;
  #health: Health = "well";
  #waiting = Promise.withResolvers<void>();

  constructor(fd: number, file: Awaited<ReturnType<typeof open>>) {
    this.#fd = fd;
    this.#file = file;
  }

  become(health: Health): void {
    this.#health = health;
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers();
  }

  /** Until the file system is gone. */
  async serve(): Promise<void> {
    for (;;) {
      const request = Buffer.alloc(WRITE_BYTES_MAX + 4096);
      try {
        const { bytesRead } = await read(this.#fd, request, 0, request.length, null);
        void this.#answer(request.subarray(0, bytesRead));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EINTR" || code === "EAGAIN" || code === "ENOENT") continue;
        return; // ENODEV: unmounted.
      }
    }
  }

  async #answer(request: Buffer): Promise<void> {
    const opcode = request.readUInt32LE(4);
    if (opcode === op.forget || opcode === op.batchForget) return;
    while (this.#health === "silent") await this.#waiting.promise;
    const result = await this.#carryOut(opcode, request.readBigUInt64LE(16), request.subarray(40));
    const body = typeof result === "number" ? Buffer.alloc(0) : result;
    const header = Buffer.alloc(16);
    header.writeUInt32LE(16 + body.length, 0);
    header.writeInt32LE(typeof result === "number" ? result : 0, 4);
    request.copy(header, 8, 8, 16);
    const answer = Buffer.concat([header, body]);
    // Whoever asked may have been killed meanwhile.
    await write(this.#fd, answer, 0, answer.length, null).catch(() => undefined);
  }

  /** The answer's body, or an error number. */
  async #carryOut(opcode: number, node: bigint, body: Buffer): Promise<Buffer | number> {
    switch (opcode) {
      case op.init:
        return initAnswer(body);
      case op.lookup: {
        if (body.toString("latin1", 0, body.indexOf(0)) !== FILE_NAME) return ENOENT;
        return Buffer.concat([uint64s(FILE_NODE, 0n, 0n, 0n, 0n), await this.#attributes(FILE_NODE)]);
      }
      case op.setattr:
        if ((body.readUInt32LE(0) & 8) !== 0) await this.#file.truncate(Number(body.readBigUInt64LE(16)));
        return Buffer.concat([uint64s(0n, 0n), await this.#attributes(node)]);
      case op.getattr:
        return Buffer.concat([uint64s(0n, 0n), await this.#attributes(node)]);
      case op.open:
        return uint64s(1n, 1n); // With direct I/O: nothing is kept in a cache.
      case op.opendir:
        return uint64s(1n, 0n);
      case op.statfs:
        return Buffer.alloc(80);
      case op.read:
      case op.write:
      case op.fsync:
        return this.#transfer(opcode, body);
      case op.flush:
      case op.release:
      case op.releasedir:
      case op.access:
      case op.destroy:
        return 0;
      default:
        return ENOSYS;
    }
  }

  async #transfer(opcode: number, body: Buffer): Promise<Buffer | number> {
    if (this.#health === "EIO" || (this.#health === "ENOSPC" && opcode === op.write)) return errnos[this.#health];
    if (opcode === op.fsync) return 0;
    const [position, size] = [Number(body.readBigUInt64LE(8)), body.readUInt32LE(16)];
    if (opcode === op.write) {
      await this.#file.write(body, 40, size, position);
      return uint64s(BigInt(size));
    }
    const content = Buffer.alloc(size);
    const { bytesRead } = await this.#file.read(content, 0, size, position);
    return content.subarray(0, bytesRead);
  }

  async #attributes(node: bigint): Promise<Buffer> {
    const { size } = await this.#file.stat();
    const attributes = Buffer.alloc(88);
    attributes.writeBigUInt64LE(node, 0);
    attributes.writeBigUInt64LE(BigInt(size), 8);
    attributes.writeBigUInt64LE(BigInt(Math.ceil(size / 512)), 16);
    attributes.writeUInt32LE(node === ROOT_NODE ? 0o040755 : 0o100660, 60);
    attributes.writeUInt32LE(1, 64);
    attributes.writeUInt32LE(36, 68);
    attributes.writeUInt32LE(36, 72);
    attributes.writeUInt32LE(4096, 80);
    return attributes;
  }
}

function initAnswer(request: Buffer): Buffer {
  const answer = Buffer.alloc(64);
  answer.writeUInt32LE(7, 0);
  answer.writeUInt32LE(Math.min(31, request.readUInt32LE(4)), 4);
  answer.writeUInt16LE(16, 16);
  answer.writeUInt16LE(12, 18);
  answer.writeUInt32LE(WRITE_BYTES_MAX, 20);
  answer.writeUInt32LE(1, 24);
  return answer;
}

function uint64s(...values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(value, index * 8);
  return bytes;
}
