import type { OpContext } from "../../context.ts";
import { getMacPool, listMacPools, updateMacPool as writeMacPool } from "../../db/queries/mac-pools.ts";
import { listDuplicateMacs } from "../../db/queries/nics.ts";
import { transaction } from "../../db/transaction.ts";
import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { MacPool, MacRange } from "../../domain/mac-pool/mac-pool.ts";
import { nameProblems } from "../../domain/names.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { nameTaken, rangesTaken, readRanges } from "./create-mac-pool.ts";

const attempt = "Cannot edit MAC Pool.";

export interface MacPoolUpdate {
  readonly macPoolId: MacPoolId;
  readonly name?: string;
  readonly description?: string;
  readonly allowsDuplicates?: boolean;
  /** In place of all that it has. NICs keep the addresses that they have. */
  readonly ranges?: readonly MacRange[];
}

export async function updateMacPool(context: OpContext, { macPoolId, ...changes }: MacPoolUpdate): Promise<MacPool> {
  await context.authorize("edit_mac_pool", { type: "mac_pool", id: macPoolId });
  if (changes.name !== undefined) refuseIf(attempt, nameProblems("MAC pool", changes.name), "invalid");
  const ranges = changes.ranges && readRanges(attempt, changes.ranges);
  return transaction(context.db, async (tx) => {
    const pool = await getMacPool(tx, macPoolId);
    const others = (await listMacPools(tx)).filter(({ id }) => id !== macPoolId);
    const becomesStrict = pool.allowsDuplicates && changes.allowsDuplicates === false;
    const hasDuplicates = becomesStrict && (await listDuplicateMacs(tx, macPoolId)).length > 0;
    refuseIf(attempt, [
      ...(changes.name === undefined ? [] : nameTaken(changes.name, others)),
      ...(ranges === undefined ? [] : rangesTaken(ranges, others)),
      ...(hasDuplicates ? ["Cannot unset 'Allow Duplicates' when mac pool contains duplicate macs."] : []),
    ]);
    await writeMacPool(tx, macPoolId, { ...changes, ...(ranges !== undefined && { ranges }) });
    await announce(tx, context.clock, { name: "macPoolUpdated", ...byActor(context), details: { pool: pool.name } });
    return getMacPool(tx, macPoolId);
  });
}
