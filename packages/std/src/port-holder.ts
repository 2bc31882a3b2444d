import { readdir, readFile, readlink } from "node:fs/promises";

/** Who listens on a TCP port of this machine, as far as /proc lets us see. */
export interface PortHolder {
  readonly pid: number;
  readonly program: string;
}

const LISTENING = "0A";

/** The process that listens on the port; `undefined` when none does, or when it cannot be seen (another user's). */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await readFile(table, "utf8").catch(() => "");
    for (const inode of listeningInodes(text, port)) inodes.add(`socket:[${inode}]`);
  }
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => "");
      if (inodes.has(target)) return { pid: Number(pid), program: await programOf(pid) };
    }
  }
  return undefined;
}

/** The sockets that listen on the port, by inode, from a table of the kernel (proc(5), /proc/net/tcp). Pure. */
export function listeningInodes(table: string, port: number): string[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .flatMap((fields) => {
      const [, local = "", , state, , , , , , inode] = fields;
      const isIt = state === LISTENING && Number.parseInt(local.split(":")[1] ?? "", 16) === port;
      return isIt && inode !== undefined ? [inode] : [];
    });
}

async function programOf(pid: string): Promise<string> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const name = commandLine
    .split("\0")
    .filter((word) => word !== "")
    .slice(0, 2)
    .join(" ");
  return name === "" ? "an unknown program" : name.slice(0, 200);
}
