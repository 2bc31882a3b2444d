import type { RestTypeName } from "@yagura/rest-model";
import type { OpContext } from "../context.ts";
import { transaction } from "../db/transaction.ts";
import { announce } from "../events/announce.ts";
import { byActor } from "../operations/subjects.ts";
import type { Answer } from "./route.ts";
import { listUnhonoured } from "./unhonoured.ts";

/** What a request asked to be added or changed, as it was read. */
export interface Wish {
  readonly type: RestTypeName;
  readonly body: object;
}

/** A warning event that names the attributes which the answer shows to be as they were, whatever the body said of them. */
export async function tellUnhonoured(context: OpContext, wish: Wish, answer: Answer): Promise<void> {
  if (answer.kind !== "entity" || answer.type !== wish.type) return;
  const lacking = listUnhonoured(wish.type, wish.body, answer.kept ?? answer.value);
  if (lacking.length === 0) return;
  const { name, id } = answer.value as { readonly name?: string; readonly id?: string };
  const details = { attributes: lacking.join(", "), type: wish.type.replaceAll("_", " "), name: name ?? id ?? "" };
  await transaction(context.db, (tx) =>
    announce(tx, context.clock, { name: "unhonouredAttributes", ...byActor(context), details }),
  );
}
