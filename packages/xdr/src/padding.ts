/** How many zero bytes follow `byteLength` bytes, so that the next item begins at a multiple of four (RFC 4506, 3). */
export function paddingBytes(byteLength: number): number {
  return (4 - (byteLength & 3)) & 3;
}
