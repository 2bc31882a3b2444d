import type { XdrReader } from "@yagura/xdr";
import { LibvirtError } from "../errors.ts";
import { decodeErrorMessage } from "../protocol/generated/net-codecs.ts";

/** @throws MalformedXdr when the error message itself is broken. */
export function readError(reader: XdrReader, procedure: string): LibvirtError {
  const { code, domain, level, message } = decodeErrorMessage(reader);
  reader.finish();
  return new LibvirtError({ code, domain, level, message: message ?? `error ${code} without a message`, procedure });
}
