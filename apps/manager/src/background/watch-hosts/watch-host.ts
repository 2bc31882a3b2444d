import { hostLifecycle, mayRun } from "@yagura/lifecycles";
import { describeError } from "@yagura/std/describe-error.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { findHost, updateHost } from "../../db/queries/hosts.ts";
import { listClusterNetworks, listNetworks } from "../../db/queries/networks.ts";
import { listStorageDomains } from "../../db/queries/storage-domains.ts";
import { listVms } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import type { Host, HostFacts } from "../../domain/host/host.ts";
import { announce } from "../../events/announce.ts";
import { isFault, isTransient } from "../../hosts/agent-errors.ts";
import { decideHost } from "../../hosts/decide-host.ts";
import { disconnectPool, readSpmRole, stopSpm } from "../../hosts/host-pools.ts";
import { readHostFacts } from "../../hosts/read-host-facts.ts";
import { readHostStatistics, readSeenDomains } from "../../hosts/read-host-statistics.ts";
import { becomeHost } from "../../operations/hosts/become-host.ts";
import type { StorageParts } from "../spm/look-at-pool.ts";
import { isDriven } from "../spm/record-spm.ts";
import { connectHostToPool } from "../storage/connect-host-to-pool.ts";
import { blindReason } from "../storage/domain-sights.ts";
import { fitnessProblems } from "./host-fitness.ts";
import { loseVms } from "./lose-vms.ts";
import { reconcileVms } from "./reconcile-vms.ts";

const ANSWER_MS_MAX = 10_000;

/** One look at one host: is it there, what does it say, what runs on it. Everything that follows is written down. */
export async function watchHost(context: OpContext, storage: StorageParts, hostId: HostId): Promise<string> {
  const seen = await findHost(context.db, hostId);
  if (seen === undefined) return "gone";
  const host = await followLink(context, seen);
  const isReachable = context.hosts.linkOf(hostId)?.isOpen === true;
  if (!isReachable || host.status === "maintenance" || host.status === "pending_approval") return host.status;
  try {
    await reconcileVms(context, host);
    switch (host.status) {
      case "unassigned":
        return await prepareHost(context, storage, host);
      case "non_operational":
        return await prepareHost(context, storage, host);
      case "preparing_for_maintenance":
        return await drainHost(context, host);
      default:
        await refresh(context, storage, host);
        return host.status;
    }
  } catch (error) {
    // Silent, or still recovering: the link tells when that has lasted too long.
    if (!isTransient(error) && !isFault(error, "RecoveryInProgress")) throw error;
    return `${host.status}, ${describeError(error)}`;
  }
}

/** What the connection alone says: silent, lost, or there again. */
async function followLink(context: OpContext, host: Host): Promise<Host> {
  const { db, clock, hosts } = context;
  const link = hosts.linkOf(host.id);
  const sight = link && { isOpen: link.isOpen, forMs: clock.monotonicMs() - link.sinceMs };
  const event = decideHost({ status: host.status, ...(sight !== undefined && { link: sight }) });
  if (event === undefined) return host;
  const reason = event === "answered" ? undefined : (link?.problem ?? "It does not answer.");
  const followed = await transaction(db, async (tx) => {
    const now = await findHost(tx, host.id);
    if (now === undefined || now.status !== host.status) return host;
    const { status } = await becomeHost(tx, host.id, event, reason === undefined ? {} : { reason });
    const subject = { id: host.id, name: host.name };
    if (event === "lost") {
      await loseVms(tx, clock, host);
      await announce(tx, clock, { name: "hostFailed", host: subject, details: { reason: `${reason}.` } });
    } else if (event === "answered" && host.status === "non_responsive") {
      await announce(tx, clock, { name: "hostRecovered", host: subject });
    }
    return { ...host, status };
  });
  // It may be the storage's manager that went, or came back.
  context.wake("connect-storage");
  return followed;
}

async function readFacts({ hosts, signal }: OpContext, host: Host): Promise<HostFacts> {
  const calls = hosts.calls(host.id);
  const options = { signal, timeoutMs: ANSWER_MS_MAX };
  return readHostFacts(await calls.Host.getCapabilities({}, options), await calls.Host.getHardwareInfo({}, options));
}

/** A host that answers becomes up if it has what its cluster needs, and reaches the storage. */
async function prepareHost(context: OpContext, storage: StorageParts, host: Host): Promise<string> {
  const { db, clock } = context;
  const facts = await readFacts(context, host);
  await transaction(db, (tx) => updateHost(tx, host.id, { facts, lastSeenAtMs: clock.nowMs() }));
  await refresh(context, storage, { ...host, facts });
  const problems = await findProblems(context, storage, host, facts);
  const event = problems.length === 0 ? "ready" : "unfit";
  const reason = problems.join(" ");
  if (!hostLifecycle.canHappen(host.status, event)) {
    if (host.statusReason !== reason) await transaction(db, (tx) => updateHost(tx, host.id, { statusReason: reason }));
    return host.status;
  }
  const status = await transaction(db, async (tx) => {
    const now = await findHost(tx, host.id);
    if (now === undefined || now.status !== host.status) return host.status;
    const became = await becomeHost(tx, host.id, event, problems.length === 0 ? {} : { reason });
    const subject = { id: host.id, name: host.name };
    await announce(
      tx,
      clock,
      event === "ready"
        ? { name: "hostDetected", host: subject, details: { status: "up" } }
        : { name: "hostSetNonOperational", host: subject, details: { reason } },
    );
    return became.status;
  });
  context.wake("connect-storage");
  return status;
}

async function findProblems(
  context: OpContext,
  { told, sights }: StorageParts,
  host: Host,
  facts: HostFacts,
): Promise<string[]> {
  const { db } = context;
  const cluster = await getCluster(db, host.clusterId);
  const networks = new Map((await listNetworks(db, cluster)).map((network) => [network.id, network.vdsmName]));
  const required = (await listClusterNetworks(db, { clusterId: cluster.id }))
    .filter((network) => network.isRequired)
    .flatMap((network) => networks.get(network.networkId) ?? []);
  const problems = fitnessProblems(facts, cluster, required);
  if (problems.length > 0) return problems;
  const blind = sights.blindTo(host.id);
  if (blind.length > 0) return [blindReason(blind)];
  try {
    await connectHostToPool(context, told, host, cluster.dataCenterId);
    return [];
  } catch (error) {
    if (isTransient(error)) throw error;
    // Storage that no host reaches is not this host's problem.
    const master = (await listStorageDomains(db, cluster)).find(({ isMaster }) => isMaster);
    return master?.status === "active" ? [`It cannot use the storage: ${describeError(error)}.`] : [];
  }
}

/** A host leaves when no guest is on it, and when another one has taken over what it was for the others. */
async function drainHost(context: OpContext, host: Host): Promise<string> {
  const { db, clock, hosts, signal } = context;
  if ((await listVms(db, { hostId: host.id })).some((vm) => mayRun(vm.run.status))) return host.status;
  const { dataCenterId } = await getCluster(db, host.clusterId);
  const talk = { calls: hosts.calls(host.id), clock, signal };
  const role = await readSpmRole(talk, dataCenterId);
  if (role !== "not connected") {
    if (role !== "free" && (await isDriven(db, dataCenterId))) {
      context.wake("connect-storage");
      return `${host.status}, it hands the role of the storage pool manager over`;
    }
    await stopSpm(talk, dataCenterId);
    await disconnectPool(talk, { dataCenterId, hostNumber: host.poolNumber });
  }
  await transaction(db, async (tx) => {
    await becomeHost(tx, host.id, "drained");
    await announce(tx, clock, { name: "hostInMaintenance", host: { id: host.id, name: host.name } });
  });
  context.wake("connect-storage");
  return "maintenance";
}

const STATISTICS_MS_MIN = 5000;
const FACTS_MS_MAX = 60_000;

async function refresh(context: OpContext, { sights }: StorageParts, host: Host): Promise<void> {
  const { db, hosts, clock, signal } = context;
  const nowMs = clock.nowMs();
  const isFresh = host.statistics !== undefined && Math.abs(nowMs - host.statistics.atMs) < STATISTICS_MS_MIN;
  if (isFresh && sights.of(host.id) !== undefined) return;
  const stats = await hosts.calls(host.id).Host.getStats({}, { signal, timeoutMs: ANSWER_MS_MAX });
  sights.record(host.id, readSeenDomains(stats));
  // Facts seldom change: they are read again once a minute, at the first look of it.
  const isMinute = Math.floor(nowMs / FACTS_MS_MAX) !== Math.floor((host.statistics?.atMs ?? 0) / FACTS_MS_MAX);
  const facts = isMinute && host.status === "up" ? await readFacts(context, host) : undefined;
  await transaction(db, (tx) =>
    updateHost(tx, host.id, {
      statistics: readHostStatistics(stats, nowMs, facts ?? host.facts),
      lastSeenAtMs: nowMs,
      ...(facts !== undefined && { facts }),
    }),
  );
}
