import type { Cluster } from "../../domain/cluster/cluster.ts";
import type { HostFacts } from "../../domain/host/host.ts";

/** Why a host cannot run guests of its cluster; none when it can. Pure. */
export function fitnessProblems(facts: HostFacts, cluster: Cluster, requiredNetworks: readonly string[]): string[] {
  const problems: string[] = [];
  const missing = requiredNetworks.filter((network) => !facts.networks.includes(network));
  if (missing.length > 0) problems.push(`It lacks the networks ${missing.join(", ")}.`);
  if (!facts.clusterLevels.includes(cluster.compatibilityVersion)) {
    problems.push(
      `It supports the compatibility versions ${facts.clusterLevels.join(", ")}; its cluster has ${cluster.compatibilityVersion}.`,
    );
  }
  return problems;
}
