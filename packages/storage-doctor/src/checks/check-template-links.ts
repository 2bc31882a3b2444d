import type { Chain } from "../chain.ts";
import { type Finding, finding } from "../finding.ts";
import type { DomainSnapshot, ImageSnapshot } from "../snapshot.ts";

/** A disk on a template has the template's file under a second name: one file, not a copy. */
export function checkTemplateLinks(
  { known }: Chain,
  { imageId }: ImageSnapshot,
  { images }: DomainSnapshot,
): Finding[] {
  return [...known.values()].flatMap(({ volumeId, record, content }) => {
    if (record.role !== "SHARED" || record.imageId === imageId || content === undefined) return [];
    const template = images.find((image) => image.imageId === record.imageId);
    const original = template?.volumes.find((volume) => volume.volumeId === volumeId);
    if (original?.content?.inode === content.inode) return [];
    const what = original?.content === undefined ? "is gone" : "is another file";
    const where = { imageId, volumeId };
    return [finding("template-link-broken", `volume ${volumeId} of the template ${record.imageId} ${what}`, where)];
  });
}
