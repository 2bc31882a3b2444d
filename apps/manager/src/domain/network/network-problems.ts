import { isIP } from "node:net";
import { nameProblems } from "../names.ts";
import { managementNetworkName, type Network } from "./network.ts";

const NAME_SERVERS_MAX = 6;

/** What hosts call the network: its name, if Linux takes it for a bridge's, else one that is made of its id. */
export function vdsmNameOf({ id, name }: Pick<Network, "id" | "name">): string {
  return /^[A-Za-z0-9_-]{1,15}$/.test(name) ? name : `on${id.replaceAll("-", "").slice(0, 13)}`;
}

/** Why there cannot be such a network; none when there can. */
export function networkProblems(network: Network): string[] {
  const { name, vlanTag, mtuBytes, isVmNetwork, hasStp, isPortIsolated, nameServers } = network;
  return [
    ...nameProblems("network", name),
    ...(name.toLowerCase().startsWith("bond") ? ["Bad network name, network cannot start with 'bond'"] : []),
    ...(vlanTag !== undefined && !isBetween(vlanTag, 0, 4094) ? ["VLAN ID must be a number between 0 and 4094."] : []),
    ...(mtuBytes !== 0 && !isBetween(mtuBytes, 68, 65_520)
      ? ["An MTU is a number from 68 to 65520, or 0 for the default of the host."]
      : []),
    ...(hasStp && !isVmNetwork ? ["STP can only be enabled on VM Networks."] : []),
    ...(isPortIsolated && !isVmNetwork ? ["Port isolation can only be enabled on VM Networks."] : []),
    ...nameServers.filter((each) => isIP(each) === 0).map((each) => `${each.slice(0, 80)} is not an IP address.`),
    ...(nameServers.length > NAME_SERVERS_MAX ? [`A network has at most ${NAME_SERVERS_MAX} name servers.`] : []),
  ];
}

/** What of it the other networks of its data center have already. */
export function networkConflicts(network: Network, others: readonly Network[]): string[] {
  const { name, vdsmName, vlanTag } = network;
  const isTaken = others.some((other) => other.name === name);
  const namedSo = others.find((other) => other.vdsmName === vdsmName);
  return [
    ...(isTaken
      ? [
          `The name of the logical network '${name}' is already used by an existing logical network in the same data-center. -Please choose a different name.`,
        ]
      : []),
    ...(namedSo !== undefined && !isTaken
      ? [
          `Bad network name (${name}). The name is already used as an on-host identifier of the network: ${namedSo.name}`,
        ]
      : []),
    ...(vlanTag !== undefined && others.some((other) => other.vlanTag === vlanTag)
      ? [`The specified VLAN ID (${vlanTag}) is already in use.`]
      : []),
  ];
}

/** What cannot be changed any more of a network that is there. */
export function changeProblems(network: Network, changed: Network): string[] {
  const isManagement = network.name === managementNetworkName;
  return [
    ...(isManagement && changed.name !== network.name ? ["The management network keeps its name."] : []),
    ...(changed.isPortIsolated !== network.isPortIsolated
      ? ["Port isolation option cannot be updated after Network is defined."]
      : []),
  ];
}

export function labelProblems(label: string): string[] {
  return /^[\w-]{1,50}$/.test(label)
    ? []
    : ["Network label must be formed only from: English letters, numbers, hyphen or underscore."];
}

function isBetween(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
