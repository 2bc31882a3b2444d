const UUID_BYTES = 16;
const pattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** The 16 bytes of the wire as `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, in lower case. */
export function formatUuid(bytes: Uint8Array): string {
  if (bytes.length !== UUID_BYTES) throw new RangeError(`a UUID has ${UUID_BYTES} bytes, not ${bytes.length}`);
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** @throws RangeError for text that is not a UUID. */
export function parseUuid(text: string): Uint8Array {
  if (!pattern.test(text)) throw new RangeError(`not a UUID: ${JSON.stringify(text.slice(0, 80))}`);
  return new Uint8Array(Buffer.from(text.replaceAll("-", ""), "hex"));
}

/** The text in a C `char` array: what stands before the first NUL. */
export function charsToText(chars: Uint8Array): string {
  const end = chars.indexOf(0);
  return Buffer.from(end < 0 ? chars : chars.subarray(0, end)).toString("utf8");
}
