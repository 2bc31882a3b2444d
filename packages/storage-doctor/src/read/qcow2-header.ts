/**
 * The beginning of a qcow2 image: how large a disk it is, and what it stands on. Big-endian; QEMU docs/interop/qcow2
 *
 * ```
 * 0 magic "QFI\xfb"   4 version u32   8 backing name at u64   16 its length u32   24 virtual bytes u64
 * 72 incompatible features u64 (version 3; bit 1 corrupt, bit 2 data in another file)   100 length of the header u32
 * then extensions: type u32, length u32, bytes, filled up to a multiple of 8; type 0 ends them, 0xe2792aca is the backing format
 * ```
 */
export interface Qcow2Header {
  readonly version: number;
  readonly virtualBytes: number;
  readonly backingName?: string;
  readonly backingFormat?: string;
  readonly hasDataFile: boolean;
  /** QEMU found it broken once and said so in it. */
  readonly isCorrupt: boolean;
}

/** As much of a file as the header needs: its first cluster. */
export const QCOW2_HEADER_BYTES_MAX = 64 * 1024;

const MAGIC = 0x514649fb;
const BACKING_NAME_BYTES_MAX = 1023;
const BACKING_FORMAT_EXTENSION = 0xe2792aca;
const features = { corrupt: 2n, dataFile: 4n } as const;

/** What begins like a qcow2 image and cannot be one. */
export class BadQcow2Header extends Error {
  override readonly name = "BadQcow2Header";
}

/** @returns `undefined` for bytes that do not begin like a qcow2 image. @throws BadQcow2Header */
export function decodeQcow2Header(bytes: Uint8Array): Qcow2Header | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0) !== MAGIC) return undefined;
  if (bytes.length < 72) throw new BadQcow2Header(`a header of ${bytes.length} bytes`);
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3) throw new BadQcow2Header(`version ${version}`);
  if (version === 3 && bytes.length < 104) throw new BadQcow2Header(`a header of ${bytes.length} bytes`);
  const incompatible = version === 3 ? view.getBigUint64(72) : 0n;
  const virtualBytes = Number(view.getBigUint64(24));
  if (!Number.isSafeInteger(virtualBytes)) throw new BadQcow2Header(`a disk of ${virtualBytes} bytes`);
  const backingName = readBackingName(bytes, view);
  const backingFormat = findBackingFormat(bytes, view, version === 3 ? view.getUint32(100) : 72);
  return {
    version,
    virtualBytes,
    ...(backingName !== undefined && { backingName }),
    ...(backingFormat !== undefined && { backingFormat }),
    hasDataFile: (incompatible & features.dataFile) !== 0n,
    isCorrupt: (incompatible & features.corrupt) !== 0n,
  };
}

function readBackingName(bytes: Uint8Array, view: DataView): string | undefined {
  const [offset, length] = [Number(view.getBigUint64(8)), view.getUint32(16)];
  if (offset === 0 || length === 0) return undefined;
  if (length > BACKING_NAME_BYTES_MAX || offset + length > bytes.length) {
    throw new BadQcow2Header(`the name of the backing file is said to be at ${offset}, ${length} bytes long`);
  }
  return new TextDecoder().decode(bytes.subarray(offset, offset + length));
}

function findBackingFormat(bytes: Uint8Array, view: DataView, headerBytes: number): string | undefined {
  for (let at = headerBytes; at + 8 <= bytes.length; ) {
    const [type, length] = [view.getUint32(at), view.getUint32(at + 4)];
    if (type === 0) return undefined;
    if (at + 8 + length > bytes.length) return undefined;
    if (type === BACKING_FORMAT_EXTENSION) return new TextDecoder().decode(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return undefined;
}
