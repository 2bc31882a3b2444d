import { BadDocument, type Icon as RestIcon, type VmBase } from "@yagura/rest-model";
import type { Icon, IconId, OwnIcons } from "../../domain/icon/icon.ts";
import { osIcons } from "../../domain/icon/os-icons.ts";
import type { AskedIcons } from "../../operations/icons/plan-icons.ts";
import { defined } from "../defined.ts";
import type { Links } from "../links.ts";
import { pathId } from "../references.ts";

export function renderIcon({ id, mediaType, data }: Icon, links: Links): RestIcon {
  return { ...links.of("icon", "icons", id), media_type: mediaType, data };
}

/** Its own, or those of its operating system. */
export function renderIcons(own: OwnIcons, osType: string, links: Links): Pick<VmBase, "small_icon" | "large_icon"> {
  const { small, large } = osIcons(osType);
  return {
    large_icon: links.ref("icons", own.largeIconId ?? large.id),
    small_icon: links.ref("icons", own.smallIconId ?? small.id),
  };
}

/**
 * What a body says of the pictures: `large_icon` with `media_type` and `data`, or `small_icon` and `large_icon` by id.
 * @throws BadDocument for anything else, as oVirt does
 */
export function readIcons({ small_icon: small, large_icon: large }: VmBase): AskedIcons | undefined {
  if (small === undefined && large === undefined) return undefined;
  if (small === undefined && large?.id === undefined && large?.media_type !== undefined && large.data !== undefined) {
    return { sent: { mediaType: large.media_type, data: large.data } };
  }
  const isById = (icon: RestIcon | undefined) =>
    icon === undefined || (icon.id !== undefined && icon.media_type === undefined && icon.data === undefined);
  if (!isById(small) || !isById(large)) {
    throw new BadDocument(
      "large_icon",
      "icons are set by a large one with media_type and data, or by the ids of known ones",
    );
  }
  const idOf = (icon: RestIcon | undefined) => (icon?.id === undefined ? undefined : pathId<IconId>("icon", icon.id));
  return defined({ smallIconId: idOf(small), largeIconId: idOf(large) });
}
