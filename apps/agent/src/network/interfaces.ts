/** Reads /proc/net/dev: the names of all network interfaces of this host, also of those that are down. */
export function parseProcNetDev(text: string): string[] {
  return text
    .split("\n")
    .slice(2)
    .flatMap((line) => /^\s*(\S+):/.exec(line)?.[1] ?? []);
}
