import { domainPaths } from "@yagura/storage-format";
import { type Finding, finding } from "../finding.ts";
import { type DomainSnapshot, type FileFacts, valueIn } from "../snapshot.ts";
import { isShared } from "./is-shared.ts";

/** vdsm:kvm, on every host of every oVirt: shared storage knows owners by number. */
const STORAGE_OWNER = 36;

interface OwnedFile extends FileFacts {
  readonly path: string;
  readonly needs: Needs;
}

/** The bits that must be there, and the mode to set where they are not. */
interface Needs {
  readonly bits: number;
  readonly mode: number;
}

const directory: Needs = { bits: 0o700, mode: 0o755 };
const record: Needs = { bits: 0o600, mode: 0o644 };
const special: Needs = { bits: 0o660, mode: 0o660 };
/** A template, and whatever others stand on, may be without the right to write. */
const content: Needs = { bits: 0o440, mode: 0o660 };
/** The rest is counted. */
const NAMED_MAX = 3;
const WORLD_WRITABLE = 0o002;

/** Who may read and write: on shared storage 36:36, on a local one whoever owns the domain. */
export function checkOwners(snapshot: DomainSnapshot): Finding[] {
  const metadata = valueIn(snapshot.metadata);
  if (metadata === undefined) return [];
  const owner = isShared(metadata) ? { uid: STORAGE_OWNER, gid: STORAGE_OWNER } : snapshot.directory;
  const wrong = filesOf(snapshot).flatMap(({ path, kind, uid, gid, mode, needs }) => {
    // What a link leads to is somebody else's.
    if (kind !== "file" && kind !== "directory") return [];
    const isOwned = uid === owner.uid && gid === owner.gid;
    const isAllowed = (mode & needs.bits) === needs.bits && (mode & WORLD_WRITABLE) === 0;
    if (isOwned && isAllowed) return [];
    return [{ path, mode: isAllowed ? mode : needs.mode, words: `${path} (${uid}:${gid}, mode ${octal(mode)})` }];
  });
  if (wrong.length === 0) return [];
  const named = wrong.slice(0, NAMED_MAX).map(({ words }) => words);
  const others = wrong.length > named.length ? ` and ${wrong.length - named.length} more` : "";
  const what = `not owned by ${owner.uid}:${owner.gid}, or with a mode that keeps somebody out: ${named.join(", ")}${others}`;
  const repair = { do: "set-owner", path: snapshot.path, uid: owner.uid, gid: owner.gid, files: wrong } as const;
  return [finding("wrong-owner", what, { repair })];
}

function filesOf(snapshot: DomainSnapshot): OwnedFile[] {
  const paths = domainPaths(snapshot.path);
  return [
    { ...snapshot.directory, path: snapshot.path, needs: directory },
    ...snapshot.folders.map((folder) => ({ ...folder, path: `${snapshot.path}/${folder.name}`, needs: directory })),
    ...snapshot.control.map((file) => ({
      ...file,
      path: `${paths.control}/${file.name}`,
      needs: file.name === "metadata" ? record : special,
    })),
    ...snapshot.images.flatMap((image) => [
      { ...image.directory, path: paths.image(image.imageId), needs: directory },
      ...image.volumes.flatMap(({ volumeId, content: bytes, metadataFile, lease }) => [
        ...(bytes === undefined ? [] : [{ ...bytes, path: paths.volume(image.imageId, volumeId), needs: content }]),
        ...(metadataFile === undefined
          ? []
          : [{ ...metadataFile, path: paths.volumeMetadata(image.imageId, volumeId), needs: record }]),
        ...(lease === undefined
          ? []
          : [{ ...lease, path: paths.volumeLease(image.imageId, volumeId), needs: special }]),
      ]),
    ]),
  ].filter(({ path }) => !path.endsWith(".new"));
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
