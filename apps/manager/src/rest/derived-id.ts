import { createHash } from "node:crypto";

/**
 * The id of something that has none of its own and is found in `owner` by its name, the same each time: a UUID of
 * version 5 in the name space `owner`, which is a UUID itself. RFC 9562, 5.5
 */
export function derivedId(owner: string, kind: string, name: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(owner.replaceAll("-", ""), "hex"))
    .update(`${kind}:${name}`);
  const bytes = hash.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
