import type { Cluster as RestCluster } from "@yagura/rest-model";
import type { Cluster } from "../../domain/cluster/cluster.ts";
import type { Links } from "../links.ts";
import { renderVersion } from "./common.ts";

export function renderCluster(cluster: Cluster, links: Links): RestCluster {
  return {
    ...links.of("cluster", "clusters", cluster.id),
    name: cluster.name,
    description: cluster.description,
    comment: cluster.comment,
    ballooning_enabled: true,
    bios_type: cluster.biosType,
    cpu: { architecture: cluster.architecture, type: cluster.cpuType },
    error_handling: { on_error: "migrate" },
    fips_mode: "disabled",
    firewall_type: "firewalld",
    gluster_service: false,
    ha_reservation: false,
    ksm: { enabled: false, merge_across_nodes: true },
    memory_policy: { over_commit: { percent: 100 }, transparent_huge_pages: { enabled: true } },
    required_rng_sources: ["urandom"],
    switch_type: "legacy",
    threads_as_cores: false,
    trusted_service: false,
    tunnel_migration: false,
    upgrade_in_progress: false,
    version: renderVersion(cluster.compatibilityVersion),
    virt_service: true,
    vnc_encryption: false,
    data_center: links.ref("datacenters", cluster.dataCenterId),
    mac_pool: links.ref("macpools", cluster.macPoolId),
  };
}
