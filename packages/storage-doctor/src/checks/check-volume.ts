import { domainPaths } from "@yagura/storage-format";
import type { KnownVolume } from "../chain.ts";
import { type Finding, finding } from "../finding.ts";
import type { DomainSnapshot, ImageSnapshot, VolumeSnapshot } from "../snapshot.ts";
import { valueIn } from "../snapshot.ts";
import { isShared } from "./is-shared.ts";

/** The three files of a volume: whether each is there, readable, and this volume's. */
export function checkVolumeFiles(
  volume: VolumeSnapshot,
  { imageId }: ImageSnapshot,
  snapshot: DomainSnapshot,
): Finding[] {
  const { volumeId, metadata, content } = volume;
  const where = { imageId, volumeId };
  if (metadata.is === "missing") {
    const there = content === undefined ? "a lease" : `${content.sizeBytes} bytes`;
    return [finding("volume-metadata-missing", `there is no record of volume ${volumeId}, but ${there}`, where)];
  }
  if (metadata.is === "broken") {
    const what = `the record of volume ${volumeId} cannot be read: ${metadata.why}`;
    return [finding("volume-metadata-broken", what, where)];
  }
  const found: Finding[] = [];
  const isTrusted = metadata.value.legality !== "ILLEGAL";
  if (content === undefined && isTrusted)
    found.push(finding("content-missing", `volume ${volumeId} has no file`, where));
  if (content !== undefined && content.kind !== "file") {
    found.push(finding("content-not-a-file", `the content of volume ${volumeId} is a ${content.kind}`, where));
  }
  const record = metadata.value;
  const domainId = valueIn(snapshot.metadata)?.domainId;
  const isForeign = domainId !== undefined && record.domainId !== domainId;
  if (isForeign || (record.imageId !== imageId && record.role !== "SHARED")) {
    const said = `image ${record.imageId} of domain ${record.domainId}`;
    found.push(finding("volume-of-another-domain", `volume ${volumeId} says that it belongs to ${said}`, where));
  }
  if (record.legality === "ILLEGAL") {
    const also = content === undefined ? ", and has no file" : "";
    found.push(finding("illegal-volume", `volume ${volumeId} is marked as illegal${also}`, where));
  }
  return [...found, ...checkLease(volume, imageId, snapshot)];
}

function checkLease(
  { volumeId, lease, leaseRecord }: VolumeSnapshot,
  imageId: ImageSnapshot["imageId"],
  { path, metadata }: DomainSnapshot,
): Finding[] {
  const domain = valueIn(metadata);
  if (domain === undefined || !isShared(domain)) return [];
  const where = { imageId, volumeId };
  if (lease === undefined) {
    const leasePath = domainPaths(path).volumeLease(imageId, volumeId);
    const repair = { do: "make-lease", path: leasePath, name: volumeId } as const;
    return [finding("volume-lease-missing", `volume ${volumeId} has no lease`, { ...where, repair })];
  }
  const record = valueIn(leaseRecord);
  if (record?.name === volumeId) return [];
  const why =
    record !== undefined
      ? `it is one of ${JSON.stringify(record.name)}`
      : leaseRecord.is === "broken"
        ? leaseRecord.why
        : "there is nothing in it";
  return [finding("volume-lease-broken", `the lease of volume ${volumeId} is broken: ${why}`, where)];
}

/** Whether the bytes are what the record says of them. */
export function checkContent(
  { volumeId, record, content, header, complaint }: KnownVolume,
  { imageId }: ImageSnapshot,
): Finding[] {
  // Of what is not to be trusted nothing is expected.
  if (content?.kind !== "file" || record.legality === "ILLEGAL") return [];
  const where = { imageId, volumeId };
  const of = (kind: Parameters<typeof finding>[0], what: string): Finding => finding(kind, what, where);
  if (record.format === "RAW") {
    if (content.sizeBytes < record.capacityBytes) {
      return [of("raw-truncated", `volume ${volumeId} has ${content.sizeBytes} of its ${record.capacityBytes} bytes`)];
    }
    if (content.sizeBytes === record.capacityBytes) return [];
    const what = `the record of volume ${volumeId} says ${record.capacityBytes} bytes, its file has ${content.sizeBytes}`;
    return [of("capacity-differs", what)];
  }
  if (header.is !== "there") {
    const why = header.is === "broken" ? header.why : "it does not begin like one";
    return [of("wrong-format", `volume ${volumeId} should be a qcow2 image: ${why}`)];
  }
  const { virtualBytes, hasDataFile, isCorrupt } = header.value;
  const found: Finding[] = [];
  if (virtualBytes !== record.capacityBytes) {
    const what = `the record of volume ${volumeId} says ${record.capacityBytes} bytes, its image ${virtualBytes}`;
    found.push(of("capacity-differs", what));
  }
  if (hasDataFile) found.push(of("data-elsewhere", `the image of volume ${volumeId} keeps its data in another file`));
  if (isCorrupt) found.push(of("content-damaged", `QEMU marked the image of volume ${volumeId} as corrupt`));
  if (complaint !== undefined) found.push(of("content-damaged", `qemu-img check of volume ${volumeId}: ${complaint}`));
  return found;
}
