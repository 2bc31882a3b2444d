import { type DataCenterId, type NetworkId, newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { findDataCenterByName, insertDataCenter } from "../../db/queries/data-centers.ts";
import { getDefaultMacPool } from "../../db/queries/mac-pools.ts";
import { insertNetwork } from "../../db/queries/networks.ts";
import { insertQuota } from "../../db/queries/quotas.ts";
import { insertVnicProfile } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import {
  compatibilityVersions,
  type DataCenter,
  defaultIoTimeout,
  type IoTimeoutSeconds,
  ioTimeouts,
  isIoTimeout,
  latestCompatibilityVersion,
  type NewDataCenter,
} from "../../domain/data-center/data-center.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import { managementNetworkName, type Network } from "../../domain/network/network.ts";
import { defaultQuota } from "../../domain/quota/quota.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { authorizePool } from "../mac-pools/use-mac-pool.ts";
import { profileLike } from "../networks/create-network.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot add Data Center.";

/** A data center comes with the management network and a profile of it, so that its first VM can have a NIC. */
export async function createDataCenter(
  context: OpContext,
  asked: Omit<NewDataCenter, "id" | "ioTimeoutSeconds"> & {
    readonly id?: DataCenterId;
    readonly ioTimeoutSeconds?: number;
  },
): Promise<DataCenter> {
  await context.authorize("create_storage_pool", systemObject);
  const version = asked.compatibilityVersion ?? latestCompatibilityVersion;
  refuseIf(attempt, nameProblems("data center", asked.name, 40), "invalid");
  refuseIf(attempt, versionProblems(version), "invalid");
  const ioTimeoutSeconds = readIoTimeout(attempt, asked.ioTimeoutSeconds ?? defaultIoTimeout);
  await authorizePool(context, asked.macPoolId);
  return transaction(context.db, async (tx) => {
    if ((await findDataCenterByName(tx, asked.name)) !== undefined) {
      refuseIf(attempt, ["The Data Center name is already in use."]);
    }
    const dataCenter: DataCenter = {
      id: asked.id ?? newId(),
      name: asked.name,
      description: asked.description ?? "",
      comment: asked.comment ?? "",
      isLocal: asked.isLocal,
      status: "uninitialized",
      compatibilityVersion: version,
      macPoolId: asked.macPoolId ?? (await getDefaultMacPool(tx)).id,
      masterVersion: 0,
      ioTimeoutSeconds,
      quotaMode: asked.quotaMode ?? "disabled",
    };
    await insertDataCenter(tx, dataCenter);
    await insertQuota(tx, defaultQuota(newId(), dataCenter.id));
    const network: Network = {
      id: newId<NetworkId>(),
      name: managementNetworkName,
      vdsmName: managementNetworkName,
      description: "Management Network",
      comment: "",
      dataCenterId: dataCenter.id,
      mtuBytes: 0,
      isVmNetwork: true,
      hasStp: false,
      isPortIsolated: false,
      nameServers: [],
    };
    await insertNetwork(tx, network);
    await insertVnicProfile(tx, profileLike(network));
    await announce(tx, context.clock, {
      name: "dataCenterAdded",
      ...byActor(context),
      dataCenter: subject(dataCenter),
    });
    return dataCenter;
  });
}

/** @throws OperationRefused */
export function readIoTimeout(what: string, seconds: number): IoTimeoutSeconds {
  if (isIoTimeout(seconds)) return seconds;
  throw new OperationRefused("invalid", what, [
    `An I/O timeout of ${seconds} s is not supported; use one of ${ioTimeouts.join(", ")}.`,
  ]);
}

export function versionProblems(version: string): string[] {
  return compatibilityVersions.some((known) => known === version)
    ? []
    : [`The compatibility version ${version} is not supported; use one of ${compatibilityVersions.join(", ")}.`];
}
