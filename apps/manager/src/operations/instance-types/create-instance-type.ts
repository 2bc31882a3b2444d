import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { listInstanceTypes, putInstanceType } from "../../db/queries/instance-types.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { InstanceType, InstanceTypeId } from "../../domain/instance-type/instance-type.ts";
import { nameProblems } from "../../domain/names.ts";
import { systemObject } from "../../domain/user/user.ts";
import { hardwareDefaults, hardwareProblems, mergeHardware, type VmHardware } from "../../domain/vm/vm-hardware.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot add Instance Type.";

export interface NewInstanceType {
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly hardware?: Partial<VmHardware>;
}

export async function createInstanceType(context: OpContext, asked: NewInstanceType): Promise<InstanceType> {
  await context.authorize("create_template", systemObject);
  const hardware = mergeHardware(hardwareDefaults, asked.hardware ?? {});
  refuseIf(attempt, [...nameProblems("Instance Type", asked.name), ...hardwareProblems(hardware)], "invalid");
  return transaction(context.db, async (tx) => {
    const isTaken = (await listInstanceTypes(tx)).some(({ name }) => name === asked.name);
    refuseIf(attempt, isTaken ? ["The Instance Type name is already in use."] : []);
    const type: InstanceType = {
      description: "",
      comment: "",
      nics: [],
      ...asked,
      hardware,
      id: newId<InstanceTypeId>(),
      createdAtMs: context.clock.nowMs(),
    };
    await putInstanceType(tx, type);
    await announce(tx, context.clock, {
      name: "instanceTypeAdded",
      ...byActor(context),
      details: { type: type.name },
    });
    return type;
  });
}
