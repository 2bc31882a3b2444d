import type { Tx } from "../../db/database.ts";
import { getMacPool } from "../../db/queries/mac-pools.ts";
import { getNetwork } from "../../db/queries/networks.ts";
import { listTakenMacs } from "../../db/queries/nics.ts";
import { getVnicProfile } from "../../db/queries/vnic-profiles.ts";
import type { Cluster } from "../../domain/cluster/cluster.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import { findMacAddress, nextFreeMac } from "../../domain/mac-pool/mac-pool.ts";
import { identifierProblems } from "../../domain/names.ts";
import type { NewNic, Nic } from "../../domain/nic/nic.ts";

export interface NicPlace {
  readonly attempt: string;
  /** Of the VM: its networks are those of the data center, its addresses come from its pool. */
  readonly cluster: Pick<Cluster, "dataCenterId" | "macPoolId">;
  /** Addresses given out in this transaction and not recorded yet. */
  readonly promised?: Set<string>;
}

/**
 * A NIC as it will be recorded: with an address of its own, on a network of its data center.
 * @throws OperationRefused
 */
export async function planNic(tx: Tx, owner: Nic["owner"], asked: NewNic, place: NicPlace): Promise<Nic> {
  const { attempt, cluster } = place;
  refuseIf(attempt, identifierProblems("network interface", asked.name, 50), "invalid");
  if (asked.vnicProfileId !== undefined) {
    const network = await getNetwork(tx, (await getVnicProfile(tx, asked.vnicProfileId)).networkId);
    refuseIf(
      attempt,
      network.dataCenterId === cluster.dataCenterId ? [] : ["The network does not exist in the VM's Data Center."],
    );
  }
  return {
    id: asked.id,
    owner,
    name: asked.name,
    interface: asked.interface ?? "virtio",
    ...("vmId" in owner && { macAddress: await chooseMac(tx, asked.macAddress, place) }),
    ...(asked.vnicProfileId !== undefined && { vnicProfileId: asked.vnicProfileId }),
    isLinked: asked.isLinked ?? true,
    isPlugged: asked.isPlugged ?? true,
  };
}

/** The address asked for, if it is free or its pool allows it twice, or the next one of the cluster's pool. @throws OperationRefused */
export async function chooseMac(tx: Tx, asked: string | undefined, place: NicPlace): Promise<string> {
  const { attempt, cluster, promised = new Set<string>() } = place;
  const pool = await getMacPool(tx, cluster.macPoolId);
  const taken = new Set([...(await listTakenMacs(tx)), ...promised]);
  if (asked !== undefined) {
    const mac = findMacAddress(asked);
    if (mac === undefined)
      throw new OperationRefused("invalid", attempt, [`${asked.slice(0, 40)} is not a MAC address.`]);
    refuseIf(attempt, taken.has(mac) && !pool.allowsDuplicates ? [`The MAC Address ${mac} is already in use.`] : []);
    promised.add(mac);
    return mac;
  }
  const mac = nextFreeMac(pool, taken);
  if (mac === undefined) {
    throw new OperationRefused("conflict", attempt, ["Not enough MAC addresses left in MAC Address Pool."]);
  }
  promised.add(mac);
  return mac;
}
