import type { StorageDomainId } from "@yagura/std/ids.ts";
import { connectionPath } from "@yagura/storage-format";
import type { DomainFilter } from "../contract/domains.ts";
import { askInPassing } from "./ask-in-passing.ts";
import type { KnownDomains } from "./known-domains.ts";

/** The domains on the connections of this host. With a filter, those whose metadata can be read and fit: for an import. */
export async function listDomains(
  { known, repositoryPath }: { readonly known: KnownDomains; readonly repositoryPath: string },
  { type, class: itsClass, path }: DomainFilter = {},
): Promise<readonly StorageDomainId[]> {
  const all = path === undefined ? await known.list() : await known.listUnder(connectionPath(repositoryPath, path));
  if (type === undefined && itsClass === undefined) return all;
  const fits = async (domainId: StorageDomainId): Promise<boolean> => {
    // Whoever asks for it by its id hears what is wrong with it.
    const metadata = await askInPassing(`reading domain ${domainId}`, async () =>
      (await known.get(domainId)).readMetadata(),
    );
    if (metadata === undefined) return false;
    return (type ?? metadata.type) === metadata.type && (itsClass ?? metadata.class) === metadata.class;
  };
  const fitting = await Promise.all(all.map(fits));
  return all.filter((_, index) => fitting[index]);
}
