import { dirname } from "node:path";
import { domainPaths, doomedPrefix } from "@yagura/storage-format";
import { type Finding, finding } from "../finding.ts";
import type { DomainSnapshot, NamedFile } from "../snapshot.ts";

const controlFiles = ["metadata", "ids", "leases", "xleases", "inbox", "outbox"];

/** What was begun and never finished, outside of images. */
export function checkLeftovers(snapshot: DomainSnapshot): Finding[] {
  const paths = domainPaths(snapshot.path);
  return [
    ...snapshot.unfinishedDomains.map((file) => explainUnfinished(file, dirname(snapshot.path))),
    ...snapshot.control
      .filter(({ name }) => !controlFiles.includes(name))
      // What is written beside metadata that cannot be read may be the only copy of it.
      .map((file) => explainOther(file, { directory: paths.control, isSpare: snapshot.metadata.is === "there" })),
    ...snapshot.strays.map((file) => explainStray(file, paths.images)),
    ...snapshot.unfinishedTasks.map((file) => explainOther(file, { directory: paths.masterTasks, isSpare: true })),
  ];
}

/**
 * A name that is none of ours: `.new` is a record that was not put in place.
 * @param isSpare the record that it should have replaced is there, and whole
 */
export function explainOther(
  file: NamedFile,
  { directory, isSpare }: { readonly directory: string; readonly isSpare: boolean },
): Finding {
  const path = `${directory}/${file.name}`;
  if (file.name.endsWith(".new") && file.kind !== "directory") {
    const repair = { do: "remove", path, is: "file" } as const;
    return finding("unfinished-text", `${path} was left behind`, isSpare ? { repair } : {});
  }
  return finding("unknown-file", `${path} is nothing that belongs here`);
}

function explainStray(file: NamedFile, images: string): Finding {
  const { name, kind } = file;
  if (!name.startsWith(doomedPrefix) || kind !== "directory")
    return explainOther(file, { directory: images, isSpare: true });
  return finding("doomed-image", `${images}/${name} is waiting to be removed`);
}

function explainUnfinished({ name }: NamedFile, parent: string): Finding {
  const path = `${parent}/${name}`;
  if (name.startsWith(".removing-")) return finding("doomed-domain", `${path} is waiting to be removed`);
  const repair = { do: "remove", path, is: "unborn domain" } as const;
  return finding("unfinished-domain", `${path} was never finished`, { repair });
}
