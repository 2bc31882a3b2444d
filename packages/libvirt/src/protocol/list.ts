import type { XdrReader } from "@yagura/xdr";

/** A counted list; `XdrReader.count` has checked that the message is long enough to hold so many. */
export function list<T>(reader: XdrReader, max: number, decode: (reader: XdrReader) => T): T[] {
  const count = reader.count(max);
  const items: T[] = [];
  for (let index = 0; index < count; index++) items.push(decode(reader));
  return items;
}
