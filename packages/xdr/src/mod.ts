// XDR, the encoding of RFC 4506: what NFS, libvirt and other ONC RPC programs put on the wire.
export { CannotEncode, MalformedXdr, UnknownVariant } from "./errors.ts";
export { paddingBytes } from "./padding.ts";
export { XdrReader } from "./reader.ts";
export { XdrWriter } from "./writer.ts";
