import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { listDisks } from "../../db/queries/disks.ts";
import { describeFoundDisk, type FoundDisk } from "../../domain/disk/found-disk.ts";
import { OperationRefused } from "../../domain/errors.ts";
import type { DomainOfPool } from "../../hosts/host-domains.ts";
import { listImageIds, readImageVolumes } from "../../hosts/host-images.ts";
import type { HostTalk } from "../../hosts/host-talk.ts";
import { listReachableHosts } from "../../sagas/pool-hosts.ts";
import { getUsableDomain } from "./disk-at-rest.ts";

/** So many images are read at a time; a domain has hundreds. */
const AT_ONCE = 8;

/** The disks that are on a domain in use, and of which the Manager knows nothing: those of a domain that was imported, say. */
export async function findUnregisteredDisks(context: OpContext, domainId: StorageDomainId): Promise<FoundDisk[]> {
  const attempt = "Cannot list unregistered Disks.";
  const { talk, place } = await openDomain(context, attempt, domainId);
  const known = new Set<string>((await listDisks(context.db, { storageDomainId: domainId })).map(({ id }) => id));
  const unknown = (await listImageIds(talk, place)).filter((imageId) => !known.has(imageId));
  const found: FoundDisk[] = [];
  for (let at = 0; at < unknown.length; at += AT_ONCE) {
    const some = await Promise.all(unknown.slice(at, at + AT_ONCE).map((imageId) => readDisk(talk, place, imageId)));
    found.push(...some.filter((disk) => disk !== undefined));
  }
  return found.toSorted((a, b) => a.disk.name.localeCompare(b.disk.name, "en"));
}

/** `undefined`: there is no such disk there. */
export async function findUnregisteredDisk(
  context: OpContext,
  attempt: string,
  domainId: StorageDomainId,
  imageId: string,
): Promise<FoundDisk | undefined> {
  const { talk, place } = await openDomain(context, attempt, domainId);
  return readDisk(talk, place, imageId);
}

async function readDisk(talk: HostTalk, place: DomainOfPool, imageId: string): Promise<FoundDisk | undefined> {
  return describeFoundDisk(imageId, place.domainId, await readImageVolumes(talk, place, imageId));
}

/** Any host of the data center can read. */
async function openDomain(
  { db, hosts, clock, signal, ...rest }: OpContext,
  attempt: string,
  domainId: StorageDomainId,
): Promise<{ readonly talk: HostTalk; readonly place: DomainOfPool }> {
  const { dataCenterId } = await getUsableDomain(db, attempt, domainId);
  const deps = { db, hosts, clock, wake: rest.wake };
  const [host] = await listReachableHosts({ deps }, dataCenterId);
  if (host === undefined) {
    throw new OperationRefused("conflict", attempt, ["There is no active Host in the Data Center."]);
  }
  return { talk: { calls: hosts.calls(host.id), clock, signal }, place: { dataCenterId, domainId } };
}
