import type { StorageDomainId } from "@yagura/std/ids.ts";
import { connectionPath } from "@yagura/storage-format";
import { AgentError } from "../../errors.ts";
import type { DomainFilter } from "../contract/domains.ts";
import type { KnownDomains } from "./known-domains.ts";

/** The domains on the connections of this host. With a filter, those whose metadata can be read and fit: for an import. */
export async function listDomains(
  { known, repositoryPath }: { readonly known: KnownDomains; readonly repositoryPath: string },
  { type, class: itsClass, path }: DomainFilter = {},
): Promise<readonly StorageDomainId[]> {
  const all = path === undefined ? await known.list() : await known.listUnder(connectionPath(repositoryPath, path));
  if (type === undefined && itsClass === undefined) return all;
  const fitting: StorageDomainId[] = [];
  for (const domainId of all) {
    try {
      const metadata = await (await known.get(domainId)).readMetadata();
      const fits = (type ?? metadata.type) === metadata.type && (itsClass ?? metadata.class) === metadata.class;
      if (fits) fitting.push(domainId);
    } catch (error) {
      // Whoever asks for it by its id hears what is wrong with it.
      if (!(error instanceof AgentError)) throw error;
    }
  }
  return fitting;
}
