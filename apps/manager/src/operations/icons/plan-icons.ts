import type { Tx } from "../../db/database.ts";
import { ensureIcon, findIcon } from "../../db/queries/icons.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { IconId, OwnIcons } from "../../domain/icon/icon.ts";
import { type SentIcon, sentIconProblems, shrinkIcon } from "../../domain/icon/plan-icon.ts";

/** What a request says of a VM's or template's pictures: a large one is sent, or known ones are named. */
export type AskedIcons = { readonly sent: SentIcon } | OwnIcons;

/** Before anything is written. @throws OperationRefused */
export function refuseIcons(attempt: string, icons: AskedIcons | undefined): void {
  if (icons !== undefined && "sent" in icons) refuseIf(attempt, sentIconProblems(icons.sent), "invalid");
}

/** The icons as they are kept; a picture that was sent becomes two. */
export async function keepIcons(tx: Tx, attempt: string, icons: AskedIcons | undefined): Promise<OwnIcons> {
  if (icons === undefined) return {};
  if ("sent" in icons) {
    const [largeIconId, smallIconId] = [await ensureIcon(tx, icons.sent), await ensureIcon(tx, shrinkIcon(icons.sent))];
    return { largeIconId, smallIconId };
  }
  await refuseUnknown(tx, attempt, "Small", icons.smallIconId);
  await refuseUnknown(tx, attempt, "Large", icons.largeIconId);
  return icons;
}

async function refuseUnknown(tx: Tx, attempt: string, which: string, iconId: IconId | undefined): Promise<void> {
  if (iconId === undefined || (await findIcon(tx, iconId)) !== undefined) return;
  throw new OperationRefused("invalid", attempt, [`${which} icon of provided id does not exists.`]);
}
