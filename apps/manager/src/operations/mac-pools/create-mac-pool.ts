import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { insertMacPool, listMacPools } from "../../db/queries/mac-pools.ts";
import { transaction } from "../../db/transaction.ts";
import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { MacPool, MacRange } from "../../domain/mac-pool/mac-pool.ts";
import { macRangeProblems, overlappingPools, readMacRange } from "../../domain/mac-pool/mac-pool-problems.ts";
import { nameProblems } from "../../domain/names.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot add MAC Pool.";

export interface NewMacPool {
  readonly name: string;
  readonly description?: string;
  readonly allowsDuplicates?: boolean;
  readonly ranges: readonly MacRange[];
}

export async function createMacPool(context: OpContext, asked: NewMacPool): Promise<MacPool> {
  await context.authorize("create_mac_pool", systemObject);
  refuseIf(attempt, nameProblems("MAC pool", asked.name), "invalid");
  const ranges = readRanges(attempt, asked.ranges);
  return transaction(context.db, async (tx) => {
    const others = await listMacPools(tx);
    refuseIf(attempt, [...nameTaken(asked.name, others), ...rangesTaken(ranges, others)]);
    const pool: MacPool = {
      id: newId<MacPoolId>(),
      name: asked.name,
      description: asked.description ?? "",
      isDefault: false,
      allowsDuplicates: asked.allowsDuplicates ?? false,
      ranges,
    };
    await insertMacPool(tx, pool);
    await announce(tx, context.clock, { name: "macPoolAdded", ...byActor(context), details: { pool: pool.name } });
    return pool;
  });
}

/** The ranges as they are kept. @throws OperationRefused */
export function readRanges(what: string, asked: readonly MacRange[]): readonly MacRange[] {
  const ranges = asked.map((range) => readMacRange(range));
  const bad = asked.filter((_, index) => ranges[index] === undefined);
  refuseIf(
    what,
    bad.map(
      ({ from, to }) => `${from.slice(0, 40)}-${to.slice(0, 40)} is no range of MAC addresses of one receiver each.`,
    ),
    "invalid",
  );
  const readable = ranges.filter((range) => range !== undefined);
  refuseIf(what, macRangeProblems(readable), "invalid");
  return readable;
}

export function nameTaken(name: string, others: readonly MacPool[]): string[] {
  return others.some((other) => other.name === name) ? ["The MAC Pool name is already in use."] : [];
}

export function rangesTaken(ranges: readonly MacRange[], others: readonly MacPool[]): string[] {
  const names = overlappingPools(ranges, others).map((name) => `'${name}'`);
  if (names.length === 0) return [];
  return [`MAC pool cannot contain ranges which overlap with ranges in MAC pools: ${names.join(", ")}`];
}
