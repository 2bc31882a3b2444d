import { storageDomainLifecycle } from "@yagura/lifecycles";
import { describeError } from "@yagura/std/describe-error.ts";
import type { DataCenterId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db } from "../../db/database.ts";
import { getDataCenter, listDataCenters, updateDataCenter } from "../../db/queries/data-centers.ts";
import { listLocks } from "../../db/queries/locks.ts";
import { listStorageDomains, updateStorageDomain } from "../../db/queries/storage-domains.ts";
import { transaction } from "../../db/transaction.ts";
import type { DataCenter } from "../../domain/data-center/data-center.ts";
import type { Host } from "../../domain/host/host.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { announce } from "../../events/announce.ts";
import { readDomainSpace } from "../../hosts/host-domains.ts";
import { ensureSpm } from "../../hosts/host-pools.ts";
import type { HostTalk } from "../../hosts/host-talk.ts";
import { readSeenDomains, type SeenDomain } from "../../hosts/read-host-statistics.ts";
import { listHostsOfDataCenter } from "../../operations/storage-domains/storage-host.ts";
import { decideSpm, type HostView } from "../../spm/decide-spm.ts";
import type { BackgroundTask } from "../driver.ts";
import { ensurePoolConnected } from "../pool-of-host.ts";
import { SideBySide } from "../side-by-side.ts";

/** An agent, or a Manager, that was restarted is back within this; nobody needs to hear of it. */
const PATIENCE_MS = 15_000;

/** Keeps every data center's storage in use: its hosts connected, one of them the manager of its structure, its domains known. */
export function connectStorage(): BackgroundTask<Record<string, string>> {
  const missingSinceMs = new Map<DataCenterId, number>();
  const looks = new SideBySide<DataCenterId>("use the storage of a data center");
  return {
    name: "connect-storage",
    periodMs: 3000,
    async activate(context) {
      const dataCenters = (await listDataCenters(context.db)).filter(
        ({ status }) => status !== "uninitialized" && status !== "maintenance",
      );
      const byId = new Map(dataCenters.map((dataCenter) => [dataCenter.id, dataCenter]));
      const reports = await looks.look(context, [...byId.keys()], async (dataCenterId) => {
        const dataCenter = byId.get(dataCenterId);
        return dataCenter === undefined ? "gone" : keepInUse(context, dataCenter, missingSinceMs);
      });
      return Object.fromEntries([...reports].map(([dataCenterId, report]) => [byId.get(dataCenterId)?.name, report]));
    },
  };
}

async function keepInUse(
  context: OpContext,
  dataCenter: DataCenter,
  missingSinceMs: Map<DataCenterId, number>,
): Promise<string> {
  if (!(await isInUse(context.db, dataCenter.id))) return "not in use, or locked";
  const hosts = await listHostsOfDataCenter(context.db, dataCenter.id);
  const views = await Promise.all(hosts.map((host) => viewOf(context, dataCenter, host)));
  const decision = decideSpm({ hosts: views });
  if (decision.do === "wait") {
    const nowMs = context.clock.monotonicMs();
    const sinceMs = missingSinceMs.get(dataCenter.id) ?? nowMs;
    missingSinceMs.set(dataCenter.id, sinceMs);
    if (nowMs - sinceMs >= PATIENCE_MS) await becomeWithoutSpm(context, dataCenter, decision.because);
    return decision.because;
  }
  missingSinceMs.delete(dataCenter.id);
  const host = hosts.find((each) => each.id === decision.host);
  if (host === undefined) return "the SPM is gone";
  const talk = talkTo(context, host);
  if (decision.do === "start") await ensureSpm(talk, dataCenter.id);
  await becomeManagedBy(context, dataCenter, host);
  await watchDomains(context, dataCenter, talk);
  return `${host.name} is SPM`;
}

/** Becoming the storage's manager takes its time. While a saga changes the storage, that saga leaves it in order. */
async function isInUse(db: Db, dataCenterId: DataCenterId): Promise<boolean> {
  const { status } = await getDataCenter(db, dataCenterId);
  const locks = await listLocks(db, [`data-center:${dataCenterId}`]);
  return status !== "uninitialized" && status !== "maintenance" && locks.length === 0;
}

async function viewOf(context: OpContext, dataCenter: DataCenter, host: Host): Promise<HostView> {
  const view = { id: host.id, spmPriority: host.spmPriority, isUp: host.status === "up" };
  if (host.status !== "up") return { ...view, role: "silent" };
  try {
    const role = await ensurePoolConnected(context, host, dataCenter.id);
    return { ...view, role: role === "not connected" ? "silent" : role };
  } catch (error) {
    context.log.info("a host does not reach its storage", { hostId: host.id, error: describeError(error) });
    return { ...view, role: "silent" };
  }
}

function talkTo({ hosts, clock, signal }: OpContext, host: Host): HostTalk {
  return { calls: hosts.calls(host.id), clock, signal };
}

async function becomeManagedBy({ db, clock }: OpContext, dataCenter: DataCenter, host: Host): Promise<void> {
  if (dataCenter.spmHostId === host.id && dataCenter.status === "up") return;
  await transaction(db, async (tx) => {
    if (!(await isInUse(tx, dataCenter.id))) return;
    await updateDataCenter(tx, dataCenter.id, { spmHostId: host.id, status: "up" });
    const about = { host: { id: host.id, name: host.name }, dataCenter: { id: dataCenter.id, name: dataCenter.name } };
    await announce(tx, clock, { name: "spmChosen", ...about });
    if (dataCenter.status !== "up") await announce(tx, clock, { name: "dataCenterUp", ...about });
  });
}

async function becomeWithoutSpm({ db, clock }: OpContext, dataCenter: DataCenter, reason: string): Promise<void> {
  if (dataCenter.status === "not_operational" && dataCenter.spmHostId === undefined) return;
  await transaction(db, async (tx) => {
    if (!(await isInUse(tx, dataCenter.id))) return;
    await updateDataCenter(tx, dataCenter.id, { spmHostId: null, status: "not_operational" });
    for (const domain of await listStorageDomains(tx, { dataCenterId: dataCenter.id })) {
      if (!storageDomainLifecycle.canHappen(domain.status, "lost")) continue;
      await updateStorageDomain(tx, domain.id, { status: storageDomainLifecycle.nextStatus(domain.status, "lost") });
    }
    await announce(tx, clock, {
      name: "dataCenterWithoutSpm",
      dataCenter: { id: dataCenter.id, name: dataCenter.name },
      details: { reason: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.` },
    });
  });
}

const ANSWER_MS_MAX = 10_000;

async function watchDomains(context: OpContext, dataCenter: DataCenter, talk: HostTalk): Promise<void> {
  const stats = await talk.calls.Host.getStats({}, { signal: talk.signal, timeoutMs: ANSWER_MS_MAX });
  const seen = readSeenDomains(stats);
  for (const domain of await listStorageDomains(context.db, { dataCenterId: dataCenter.id })) {
    await watchDomain(context, domain, seen.get(domain.id), talk);
  }
}

async function watchDomain(
  { db, clock }: OpContext,
  domain: StorageDomain,
  seen: SeenDomain | undefined,
  talk: HostTalk,
): Promise<void> {
  if (seen === undefined) return;
  const event = seen.isValid ? "seen-valid" : "seen-invalid";
  const status = storageDomainLifecycle.canHappen(domain.status, event)
    ? storageDomainLifecycle.nextStatus(domain.status, event)
    : domain.status;
  const { availableBytes = 0, usedBytes = 0 } = domain;
  const space = seen.isValid ? await readDomainSpace(talk, domain.id) : { availableBytes, usedBytes };
  const isSame = space.availableBytes === availableBytes && space.usedBytes === usedBytes;
  if (status === domain.status && isSame) return;
  await transaction(db, async (tx) => {
    await updateStorageDomain(tx, domain.id, { status, ...space });
    if (status !== "inactive" || domain.status === "inactive") return;
    await announce(tx, clock, {
      name: "storageDomainLost",
      storageDomain: { id: domain.id, name: domain.name },
      details: { reason: "Its host cannot read it." },
    });
  });
}
