import type { DataCenter as RestDataCenter } from "@yagura/rest-model";
import { compatibilityVersions, type DataCenter } from "../../domain/data-center/data-center.ts";
import type { Links } from "../links.ts";
import { renderVersion } from "./common.ts";

export function renderDataCenter(dataCenter: DataCenter, links: Links): RestDataCenter {
  return {
    ...links.of("data_center", "datacenters", dataCenter.id),
    name: dataCenter.name,
    description: dataCenter.description,
    comment: dataCenter.comment,
    local: dataCenter.isLocal,
    quota_mode: dataCenter.quotaMode,
    status: dataCenter.status,
    storage_format: "v5",
    supported_versions: compatibilityVersions.map(renderVersion),
    version: renderVersion(dataCenter.compatibilityVersion),
    mac_pool: links.ref("macpools", dataCenter.macPoolId),
  };
}
