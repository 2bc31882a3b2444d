import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { withDeadline } from "@yagura/std/deadline.ts";
import { MiB } from "@yagura/std/units.ts";
import { tiedToUs } from "./tied-to-us.ts";

/** Bytes on their way into a file, through a child that may be killed. */
export interface StorageSink extends AsyncDisposable {
  /** Resolves when there is room for more. @throws when the child ended, or storage takes nothing for too long */
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves when all is on the disk. */
  end(): Promise<void>;
}

/** Storage that takes or gives nothing for so long is taken for dead; soft NFS gives up after a minute. */
const STALL_MS = 120_000;
const STDERR_CHARACTERS_MAX = 1_000;

interface SinkOptions {
  /** Zeroes are written too; else they are left out, and read as zeroes where nothing was before. */
  readonly keepsBlocks: boolean;
  /** What is written at once. A last piece that is shorter goes through the page cache, and on. */
  readonly blockBytes: number;
  /** Where the first byte goes: a multiple of the block. By default the beginning. */
  readonly offsetBytes?: number;
}

/** Writes into a file that is there, past the page cache. */
export async function openStorageSink(path: string, options: SinkOptions): Promise<StorageSink> {
  const { keepsBlocks, blockBytes, offsetBytes = 0 } = options;
  const conversions = ["notrunc", "nocreat", "fsync", ...(keepsBlocks ? [] : ["sparse"])];
  const args = [
    `of=${path}`,
    `bs=${blockBytes}`,
    `seek=${offsetBytes / blockBytes}`,
    "iflag=fullblock",
    "oflag=direct",
    `conv=${conversions.join(",")}`,
    "status=none",
  ];
  const { child, ended } = await start("dd", args, ["pipe", "ignore", "pipe"]);
  const input = child.stdin;
  if (input === null) throw new Error("dd has no input");
  // What it died of tells more than the broken pipe.
  input.on("error", () => undefined);
  const endedEarly = ended.then(() => {
    throw new Error("dd ended before all was written");
  });
  endedEarly.catch(() => undefined);
  return {
    async write(chunk) {
      if (input.write(chunk)) return;
      await withDeadline(`writing ${path}`, STALL_MS, async (signal) => {
        await Promise.race([once(input, "drain", { signal }), endedEarly]);
      });
    },
    async end() {
      input.end();
      await withDeadline(`writing ${path}`, STALL_MS, () => ended);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended.catch(() => undefined);
    },
  };
}

/** The first bytes of a file, read by a child that is gone when nobody wants them any more. */
export async function openStorageSource(path: string, lengthBytes: number, signal?: AbortSignal): Promise<Readable> {
  const args = [`if=${path}`, `bs=${MiB}`, "iflag=count_bytes,fullblock", `count=${lengthBytes}`, "status=none"];
  const { child, ended } = await start("dd", args, ["ignore", "pipe", "pipe"]);
  const body = new PassThrough();
  const output = child.stdout;
  if (output === null) throw new Error("dd has no output");
  body.once("close", () => void child.kill("SIGKILL"));
  // The end of the pipe is not the end of the file when the child failed.
  void pipeline(output, body, { end: false, ...(signal && { signal }) })
    .then(() => ended)
    .then(
      () => body.end(),
      (error: unknown) => body.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  return body;
}

interface Started {
  readonly child: ChildProcess;
  /** Rejects with what it said when it did not end well. */
  readonly ended: Promise<void>;
}

async function start(
  program: string,
  args: readonly string[],
  stdio: readonly ("pipe" | "ignore")[],
): Promise<Started> {
  const child = spawn("setpriv", await tiedToUs(program, args), {
    stdio: [...stdio],
    cwd: "/",
    env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" },
  });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-STDERR_CHARACTERS_MAX);
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  child.once("error", (cause) => reject(new Error(`${program} could not be started`, { cause })));
  child.once("close", (code, signal) => {
    if (code === 0) resolve();
    else reject(new Error(`${program} ended with ${code ?? signal}: ${stderr.trim()}`));
  });
  // Whoever waits for it hears of it.
  ended.catch(() => undefined);
  return { child, ended };
}
