/** What the first bytes of a picture say of it. */
export interface ImageHead {
  readonly mediaType: "image/png" | "image/jpeg" | "image/gif";
  readonly width: number;
  readonly height: number;
}

const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Type and size of a picture, of the kinds that every browser shows and none runs; `undefined` for anything else. Pure. */
export function readImageHead(bytes: Uint8Array): ImageHead | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readPng(bytes, view) ?? readGif(bytes, view) ?? readJpeg(view);
}

/** 0: signature of 8 bytes, 12: "IHDR", 16: width, 20: height, both of 4 bytes. */
function readPng(bytes: Uint8Array, view: DataView): ImageHead | undefined {
  if (bytes.length < 24 || !pngSignature.every((byte, index) => bytes[index] === byte)) return undefined;
  if (text(bytes, 12, 4) !== "IHDR") return undefined;
  return sized("image/png", view.getUint32(16), view.getUint32(20));
}

/** 0: "GIF87a" or "GIF89a", 6: width, 8: height, both of 2 bytes, the low one first. */
function readGif(bytes: Uint8Array, view: DataView): ImageHead | undefined {
  if (bytes.length < 10 || !/^GIF8[79]a$/.test(text(bytes, 0, 6))) return undefined;
  return sized("image/gif", view.getUint16(6, true), view.getUint16(8, true));
}

/**
 * FF D8, then segments of FF, a marker, and their length with its own two bytes. The frame's segment (C0 to CF, but for
 * C4, C8 and CC) has one byte of precision, then height and width of 2 bytes each.
 */
function readJpeg(view: DataView): ImageHead | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return sized("image/jpeg", view.getUint16(at + 7), view.getUint16(at + 5));
    const length = view.getUint16(at + 2);
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}

function sized(mediaType: ImageHead["mediaType"], width: number, height: number): ImageHead | undefined {
  return width > 0 && height > 0 ? { mediaType, width, height } : undefined;
}

function text(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}
