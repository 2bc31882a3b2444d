import type { Cluster as RestCluster } from "@yagura/rest-model";
import { defaultMacPoolId } from "../../db/seed.ts";
import type { Cluster } from "../../domain/cluster/cluster.ts";
import type { DataCenter } from "../../domain/data-center/data-center.ts";
import type { Links } from "../links.ts";
import { renderVersion } from "./common.ts";

/** @param dataCenter the one it is in, if the caller may see it. */
export function renderCluster(cluster: Cluster, dataCenter: DataCenter | undefined, links: Links): RestCluster {
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
    mac_pool: links.ref("macpools", dataCenter?.macPoolId ?? defaultMacPoolId),
  };
}
