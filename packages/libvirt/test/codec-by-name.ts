import type { XdrReader, XdrWriter } from "@yagura/xdr";
import * as net from "../src/protocol/generated/net-codecs.ts";
import * as qemu from "../src/protocol/generated/qemu-codecs.ts";
import * as remote from "../src/protocol/generated/remote-codecs.ts";

export interface Codec {
  encode(writer: XdrWriter, value: unknown): void;
  decode(reader: XdrReader): unknown;
}

const functions: Readonly<Record<string, unknown>> = { ...remote, ...qemu, ...net };

/** Both halves of a generated codec: `DomainGetInfoArgs`, `domainGetInfoResult`; `undefined` for a type that is not there. */
export function findCodec(name: string): Codec | undefined {
  const type = name.slice(0, 1).toUpperCase() + name.slice(1);
  const [encode, decode] = [functions[`encode${type}`], functions[`decode${type}`]];
  if (typeof encode !== "function" || typeof decode !== "function") return undefined;
  return { encode: encode as Codec["encode"], decode: decode as Codec["decode"] };
}
