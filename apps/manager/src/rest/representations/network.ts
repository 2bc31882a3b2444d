import type { Network as RestNetwork, VnicProfile as RestVnicProfile } from "@yagura/rest-model";
import type { ClusterNetwork, Network, VnicProfile } from "../../domain/network/network.ts";
import { findNetworkFilter } from "../../domain/network/network-filter.ts";
import type { Links } from "../links.ts";

export function renderNetwork(network: Network, links: Links): RestNetwork {
  return {
    ...links.of("network", "networks", network.id),
    name: network.name,
    description: network.description,
    comment: network.comment,
    mtu: network.mtuBytes,
    port_isolation: network.isPortIsolated,
    stp: network.hasStp,
    usages: network.isVmNetwork ? ["vm"] : [],
    vdsm_name: network.vdsmName,
    ...(network.nameServers.length > 0 && {
      dns_resolver_configuration: { name_servers: [...network.nameServers] },
    }),
    ...(network.qosId !== undefined && {
      qos: links.ref("datacenters", network.dataCenterId, "qoss", network.qosId),
    }),
    ...(network.vlanTag !== undefined && { vlan: { id: network.vlanTag } }),
    data_center: links.ref("datacenters", network.dataCenterId),
  };
}

/** A network as a cluster has it: with what it is used for there. */
export function renderClusterNetwork(network: Network, use: ClusterNetwork, links: Links): RestNetwork {
  const { href } = links.ref("clusters", use.clusterId, "networks", network.id);
  return {
    ...renderNetwork(network, links),
    href,
    cluster: links.ref("clusters", use.clusterId),
    display: use.usages.includes("display"),
    required: use.isRequired,
    status: "operational",
    usages: [...use.usages],
  };
}

export function renderVnicProfile(profile: VnicProfile, links: Links): RestVnicProfile {
  const filter = profile.networkFilter === undefined ? undefined : findNetworkFilter(profile.networkFilter);
  return {
    ...links.of("vnic_profile", "vnicprofiles", profile.id),
    name: profile.name,
    description: profile.description,
    comment: profile.comment,
    migratable: true,
    pass_through: { mode: "disabled" },
    port_mirroring: profile.hasPortMirroring,
    network: links.ref("networks", profile.networkId),
    ...(filter !== undefined && { network_filter: links.ref("networkfilters", filter.id) }),
    ...(profile.qosId !== undefined && { qos: { id: profile.qosId } }),
  };
}
