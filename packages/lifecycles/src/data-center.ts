import { lifecycle } from "./lifecycle.ts";

export type DataCenterStatus = "uninitialized" | "up" | "maintenance" | "not_operational" | "contend";

export type DataCenterEvent = "master-attached" | "spm-found" | "spm-lost" | "spm-starting" | "master-detached";

export const dataCenterLifecycle = lifecycle<DataCenterStatus, DataCenterEvent>("data center", {
  uninitialized: { "master-attached": "up" },
  up: { "spm-lost": "not_operational", "spm-starting": "contend", "master-detached": "uninitialized" },
  maintenance: { "spm-found": "up", "master-detached": "uninitialized" },
  not_operational: { "spm-found": "up", "spm-starting": "contend", "master-detached": "uninitialized" },
  contend: { "spm-found": "up", "spm-lost": "not_operational" },
});
