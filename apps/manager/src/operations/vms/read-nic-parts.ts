import type { VmId } from "@yagura/std/ids.ts";
import type { Db } from "../../db/database.ts";
import { listFilterParameters } from "../../db/queries/network-filter-parameters.ts";
import { listClusterNetworks, listNetworks } from "../../db/queries/networks.ts";
import { listNics } from "../../db/queries/nics.ts";
import { listQoss } from "../../db/queries/qoss.ts";
import { listVnicProfiles } from "../../db/queries/vnic-profiles.ts";
import type { Cluster } from "../../domain/cluster/cluster.ts";
import type { NicPart } from "../../domain/vm/define-vm.ts";

/** The NICs of a VM with all that its definition says of them; on networks only that its cluster uses. */
export async function readNicParts(db: Db, vmId: VmId, { id: clusterId, dataCenterId }: Cluster): Promise<NicPart[]> {
  const nics = await listNics(db, { vmId });
  const used = new Set((await listClusterNetworks(db, { clusterId })).map(({ networkId }) => networkId));
  const networks = new Map((await listNetworks(db, { dataCenterId })).map((each) => [each.id, each]));
  const profiles = new Map((await listVnicProfiles(db)).map((each) => [each.id, each]));
  const limits = new Map((await listQoss(db, { dataCenterId })).map((qos) => [qos.id, qos.limits]));
  const parameters = Map.groupBy(
    await listFilterParameters(db, { nicIds: nics.map(({ id }) => id) }),
    ({ nicId }) => nicId,
  );
  return nics.map((nic) => {
    const profile = nic.vnicProfileId === undefined ? undefined : profiles.get(nic.vnicProfileId);
    const network = profile && used.has(profile.networkId) ? networks.get(profile.networkId) : undefined;
    const limit = profile?.qosId && limits.get(profile.qosId);
    return {
      nic,
      ...(network !== undefined && { networkName: network.vdsmName }),
      ...(profile?.networkFilter !== undefined && { networkFilter: profile.networkFilter }),
      filterParameters: parameters.get(nic.id) ?? [],
      ...(limit && { limits: limit }),
    };
  });
}
