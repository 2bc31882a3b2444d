import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { basename } from "node:path";

/** A port that was asked for, or one that we cannot do without, is in use or not ours to take. */
export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/**
 * The port to use: the one asked for, else the first of the preferred ones that can be bound.
 * @throws PortTaken naming the process that has it, if it can be told.
 */
export async function choosePort(
  what: string,
  address: string,
  wanted: number | undefined,
  preferred: readonly number[],
): Promise<number> {
  const candidates = wanted === undefined ? preferred : [wanted];
  const reasons: string[] = [];
  for (const port of candidates) {
    const reason = await whyNot(address, port);
    if (reason === undefined) return port;
    reasons.push(reason);
  }
  throw new PortTaken(`${what} cannot be opened: ${reasons.join("; ")}. Choose another port, or end that process.`);
}

/** Why the port cannot be bound, or nothing if it can. */
async function whyNot(address: string, port: number): Promise<string | undefined> {
  const code = await tryToListen(address, port);
  if (code === undefined) return undefined;
  if (code === "EACCES") return `port ${port} is reserved for root`;
  if (code !== "EADDRINUSE") return `port ${port} on ${address}: ${code}`;
  const owner = await findListener(port);
  return `port ${port} is in use${owner === undefined ? "" : ` by ${owner}`}`;
}

function tryToListen(address: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer();
  server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  server.listen(port, address, () => server.close(() => resolve(undefined)));
  return promise;
}

/** "nginx (process 4711)": whoever listens on this TCP port, as far as we may see. */
export async function findListener(port: number): Promise<string | undefined> {
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await readFile(table, "utf8").catch(() => "");
    for (const inode of listeningInodes(text, port)) inodes.add(inode);
  }
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode === undefined || !inodes.has(inode)) continue;
      return `${await nameOf(pid)} (process ${pid})`;
    }
  }
  return undefined;
}

/** The program of a process, or what it calls itself (a Node calls itself after its thread) where we may not look. */
async function nameOf(pid: string): Promise<string> {
  const program = await readlink(`/proc/${pid}/exe`).catch(() => undefined);
  if (program !== undefined) return basename(program);
  return (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "a process")).trim();
}

/** The socket numbers that listen on a port, out of the text of /proc/net/tcp. Exported for the test. */
export function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return local?.endsWith(`:${hexPort}`) === true && state === "0A" && inode !== undefined ? [inode] : [];
  });
}
