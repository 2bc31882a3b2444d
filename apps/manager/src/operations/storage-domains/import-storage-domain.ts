import { AgentFault, type StorageDomainInfo } from "@yagura/agent-protocol";
import { describeError } from "@yagura/std/describe-error.ts";
import { findId, type HostId, type StorageDomainId } from "@yagura/std/ids.ts";
import { oneLine } from "@yagura/std/one-line.ts";
import type { OpContext } from "../../context.ts";
import { findStorageDomainByName, getStorageDomain, listStorageDomains } from "../../db/queries/storage-domains.ts";
import { transaction } from "../../db/transaction.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import {
  locationOf,
  type StorageConnection,
  type StorageType,
} from "../../domain/storage-domain/storage-connection.ts";
import type { NewStorageDomain, StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { findDomainInfo, listDomainsAt, readDomainSpace } from "../../hosts/host-domains.ts";
import {
  CannotConnectStorage,
  disconnectStorageServer,
  ensureStorageServer,
} from "../../hosts/host-storage-servers.ts";
import type { HostTalk } from "../../hosts/host-talk.ts";
import { explained, StorageRefused } from "../../hosts/storage-faults.ts";
import { recordDomain } from "../../sagas/create-storage-domain.ts";
import { byActor, subject } from "../subjects.ts";
import { placeProblems, planConnection } from "./plan-connection.ts";
import { chooseHostForStorage } from "./storage-host.ts";

const attempt = "Cannot import Storage.";

export interface StorageDomainImport extends Omit<NewStorageDomain, "id" | "name" | "hostId"> {
  /** Needed only where there are several. */
  readonly id?: StorageDomainId;
  /** By default as the storage says. */
  readonly name?: string;
  readonly hostId?: HostId;
}

/** Versions whose domains can be used as they are; new ones are of the last. */
const versions: readonly number[] = [3, 4, 5];

/**
 * Makes a storage domain known that is there already, made by this Manager, another one, or oVirt. It is only looked at:
 * nothing is written to it before it is attached.
 */
export async function importStorageDomain(context: OpContext, asked: StorageDomainImport): Promise<StorageDomain> {
  await context.authorize("create_storage_domain", systemObject);
  const { db, hosts, clock, signal } = context;
  if (asked.name !== undefined) refuseIf(attempt, nameProblems("storage domain", asked.name, 50), "invalid");
  const host = await chooseHostForStorage(db, attempt, asked);
  const connection = await planConnection(db, attempt, { ...asked, hostId: host.id });
  refuseIf(attempt, placeProblems(connection, await listStorageDomains(db)));
  const talk: HostTalk = { calls: hosts.calls(host.id), clock, signal };
  let imported: StorageDomain | undefined;
  try {
    const info = await discover(talk, connection, asked, await listStorageDomains(db));
    imported = describe(asked, connection, info, clock.nowMs());
    const space = await readDomainSpace(talk, imported.id);
    await record(context, { ...imported, ...space });
    return await getStorageDomain(db, imported.id);
  } catch (error) {
    // The host keeps nothing of what came to nothing.
    await disconnectStorageServer(talk, connection, undefined).catch((cause: unknown) =>
      context.log.info("the host could not be disconnected", { hostId: host.id, error: describeError(cause) }),
    );
    throw error instanceof CannotConnectStorage || error instanceof StorageRefused || error instanceof AgentFault
      ? new OperationRefused("invalid", attempt, [describeError(error)])
      : error;
  }
}

/** The domain that is at the place, as the storage describes it. @throws OperationRefused when it is none, or which one is not clear */
async function discover(
  talk: HostTalk,
  connection: StorageConnection,
  asked: StorageDomainImport,
  known: readonly StorageDomain[],
): Promise<StorageDomainInfo> {
  await ensureStorageServer(talk, connection, undefined);
  const all = await listDomainsAt(talk, { connection });
  const unknown = all.filter((id) => !known.some((domain) => domain.id === id));
  const found: StorageDomainInfo[] = [];
  let problem: unknown;
  for (const id of unknown.filter((each) => asked.id === undefined || each === asked.id)) {
    try {
      const info = await explained(`The Storage Domain ${id} cannot be read`, () =>
        findDomainInfo(talk, id as StorageDomainId),
      );
      if (info !== undefined) found.push(info);
    } catch (error) {
      problem ??= error;
    }
  }
  const location = locationOf(connection);
  const fitting = found.filter((info) => isOfType(info, asked.type));
  // What a host had mounted before is listed too; a domain that has moved says its old place, and is then the only one.
  const here = fitting.filter(({ remotePath }) => remotePath === undefined || samePath(remotePath, location));
  const [only, another] = here.length > 0 ? here : fitting;
  if (only === undefined) {
    if (problem !== undefined) throw problem;
    const [other] = found;
    if (other !== undefined) throw new OperationRefused("conflict", attempt, [otherType(other, asked.type, location)]);
    const isKnown = asked.id !== undefined && known.some(({ id }) => id === asked.id);
    const why = isKnown ? "is known already" : `is not at ${location}`;
    throw new OperationRefused("conflict", attempt, [
      asked.id === undefined
        ? `There is no Storage Domain at ${location} that could be imported.`
        : `The Storage Domain ${asked.id} ${why}.`,
    ]);
  }
  if (another !== undefined) {
    const ids = (here.length > 0 ? here : fitting).map(({ uuid }) => uuid).join(", ");
    throw new OperationRefused("conflict", attempt, [`There are several at ${location}; say which by its ID: ${ids}.`]);
  }
  return only;
}

/** A domain says in its metadata what it was made as; other engines look for it as that only. */
function isOfType(info: StorageDomainInfo, type: StorageType): boolean {
  return info.type.toLowerCase() === type;
}

function otherType({ uuid, name, type }: StorageDomainInfo, asked: StorageType, location: string): string {
  const which = oneLine(name ?? "") === "" ? uuid : `${oneLine(name ?? "")} (${uuid})`;
  return `At ${location} is the Storage Domain ${which} of the type ${type.toLowerCase()}, not ${asked}: import it as that type.`;
}

function samePath(a: string, b: string): boolean {
  const plain = (path: string) => path.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  return plain(a) === plain(b);
}

function describe(
  asked: StorageDomainImport,
  connection: StorageConnection,
  info: StorageDomainInfo,
  nowMs: number,
): StorageDomain {
  const { version, class: kind = "Data" } = info;
  const id = findId<StorageDomainId>(info.uuid);
  const name = asked.name ?? info.name ?? "";
  refuseIf(attempt, [
    ...(kind === "Data" ? [] : [`It is a domain of the class ${kind}; only domains for data can be imported.`]),
    ...(versions.includes(version) ? [] : [`It is of version ${version}; only V3, V4 and V5 can be imported.`]),
    ...(id === undefined ? ["Its ID is not one."] : []),
    ...nameProblems("storage domain", name, 50),
  ]);
  return {
    id: id ?? (info.uuid as StorageDomainId),
    name,
    description: asked.description ?? "",
    comment: asked.comment ?? "",
    purpose: "data",
    type: asked.type,
    formatVersion: version,
    status: "unattached",
    isMaster: false,
    connection,
    committedBytes: 0,
    wipeAfterDelete: asked.wipeAfterDelete ?? false,
    createdAtMs: nowMs,
  };
}

async function record(context: OpContext, domain: StorageDomain): Promise<void> {
  await transaction(context.db, async (tx) => {
    const all = await listStorageDomains(tx);
    const namesake = await findStorageDomainByName(tx, domain.name);
    refuseIf(attempt, [
      ...(namesake === undefined ? [] : ["The Storage Domain name is already in use."]),
      ...(all.some(({ id }) => id === domain.id) ? ["The Storage Domain is known already."] : []),
      ...placeProblems(domain.connection, all),
    ]);
    await recordDomain(tx, { domain });
    await announce(tx, context.clock, {
      name: "storageDomainImported",
      ...byActor(context),
      storageDomain: subject(domain),
    });
  });
}
