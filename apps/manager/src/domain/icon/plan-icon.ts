import { ICON_BYTES_MAX, type Icon, iconSizes } from "./icon.ts";
import { readImageHead } from "./read-image-head.ts";

/** A picture as a request has it. */
export interface SentIcon {
  readonly mediaType: string;
  readonly data: string;
}

/** Why it cannot be a VM's large icon; none when it can. The sentences are oVirt's. Pure. */
export function sentIconProblems({ mediaType, data }: SentIcon): string[] {
  if (!/^[\w+/]+={0,2}$/.test(data)) return ["Base64 part of vm icon is malformed."];
  const bytes = Buffer.from(data, "base64");
  if (bytes.length > ICON_BYTES_MAX) {
    return [`Data size of provided icon (${bytes.length} B) is too big. Maximum allowed is ${ICON_BYTES_MAX} B.`];
  }
  const head = readImageHead(bytes);
  if (head === undefined) return ["Provided VM icon is of unknown type. It must be a PNG, JPEG or GIF image."];
  if (head.mediaType !== mediaType) {
    return [`Vm icon mime type (${mediaType.slice(0, 80)}) doesn't match image data (${head.mediaType}).`];
  }
  const { width, height } = iconSizes.large;
  if (head.width > width || head.height > height) {
    const found = `${head.width}x${head.height}`;
    return [`Vm icon has invalid dimensions (${found}). Allowed dimmension: from 1x1 to ${width}x${height}`];
  }
  return [];
}

/**
 * The small icon that goes with a large one: a drawing that shows it smaller, which needs no decoding of what strangers
 * send. Pure.
 */
export function shrinkIcon({ mediaType, data }: SentIcon): Omit<Icon, "id"> {
  const { width, height } = iconSizes.small;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<image width="${width}" height="${height}" href="data:${mediaType};base64,${data}"/></svg>`;
  return { mediaType: "image/svg+xml", data: btoa(svg) };
}
