/** An IPv4 network: its first address and the length of its prefix. */
export interface Subnet {
  readonly address: number;
  readonly prefixLength: number;
}

/** @throws Error when the text is not four numbers of 0 to 255. */
export function parseIpv4(text: string): number {
  const parts = text.split(".");
  const octets = parts.map(Number);
  const isSound = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part)) && octets.every((o) => o <= 255);
  if (!isSound) throw new Error(`not an IPv4 address: ${JSON.stringify(text.slice(0, 40))}`);
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** The prefix length of a mask such as 255.255.255.0. */
export function prefixOfMask(mask: string): number {
  return parseIpv4(mask).toString(2).padStart(32, "0").lastIndexOf("1") + 1;
}

export function overlaps(a: Subnet, b: Subnet): boolean {
  const blockSize = 2 ** (32 - Math.min(a.prefixLength, b.prefixLength));
  return Math.floor(a.address / blockSize) === Math.floor(b.address / blockSize);
}

/** Reads /proc/net/route: the subnets this host has routes to, without the default route. */
export function parseProcNetRoute(text: string): Subnet[] {
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 8)
    .map((fields) => ({
      address: parseLittleEndianHex(fields[1] ?? ""),
      prefixLength: countBits(parseLittleEndianHex(fields[7] ?? "")),
    }))
    .filter((subnet) => subnet.prefixLength > 0);
}

function parseLittleEndianHex(text: string): number {
  const bytes = text.match(/../g) ?? [];
  return bytes.toReversed().reduce((sum, byte) => sum * 256 + Number.parseInt(byte, 16), 0);
}

function countBits(value: number): number {
  return value.toString(2).replaceAll("0", "").length;
}
