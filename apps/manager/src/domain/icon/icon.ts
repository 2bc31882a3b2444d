import type { Id } from "@yagura/std/ids.ts";

export type IconId = Id<"icon">;

/** A picture of a VM or template. */
export interface Icon {
  readonly id: IconId;
  readonly mediaType: string;
  /** Base64. */
  readonly data: string;
}

/** The pictures that somebody gave a VM or template; without, it has those of its operating system. */
export interface OwnIcons {
  readonly smallIconId?: IconId;
  readonly largeIconId?: IconId;
}

/** The icons of a template for a VM of it, and the other way round. */
export function iconsOf({ smallIconId, largeIconId }: OwnIcons): OwnIcons {
  return { ...(smallIconId !== undefined && { smallIconId }), ...(largeIconId !== undefined && { largeIconId }) };
}

/** How large a picture may be, in pixels; oVirt's sizes. */
export const iconSizes = {
  small: { width: 45, height: 45 },
  large: { width: 150, height: 120 },
} as const;

/** Pictures are small: what is longer is none that somebody made for this. */
export const ICON_BYTES_MAX = 24 * 1024;
