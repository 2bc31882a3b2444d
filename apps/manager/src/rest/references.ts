import { findId, type Id } from "@yagura/std/ids.ts";
import { NotFound, type Noun } from "../domain/errors.ts";
import { defined } from "./defined.ts";
import { MissingMember } from "./refusals.ts";

/** Another object as a body names it: `<cluster id="…"/>` or `<cluster><name>Default</name></cluster>`. */
export interface BodyReference {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * The object that a body refers to, by id if it has one, else by name; `undefined` when it refers to none.
 * @param all what the caller may see of its kind.
 * @throws NotFound
 */
export async function findReferenced<T extends Named>(
  noun: Noun,
  reference: BodyReference | undefined,
  all: () => Promise<readonly T[]>,
): Promise<T | undefined> {
  if (reference?.id === undefined && reference?.name === undefined) return undefined;
  const { id, name } = reference;
  const found = (await all()).find((each) => (id === undefined ? each.name === name : each.id === id.toLowerCase()));
  if (found === undefined) throw new NotFound(noun, (id ?? name ?? "").slice(0, 255));
  return found;
}

/** @throws NotFound; MissingMember "Vm [cluster.id|name] required for add" */
export async function getReferenced<T extends Named>(
  noun: Noun,
  reference: BodyReference | undefined,
  all: () => Promise<readonly T[]>,
  missing: { readonly type: string; readonly member: string; readonly operation: "add" | "update" },
): Promise<T> {
  const found = await findReferenced(noun, reference, all);
  if (found === undefined) throw new MissingMember(missing.type, [`${missing.member}.id|name`], missing.operation);
  return found;
}

/** A member that a body must have. @throws MissingMember */
export function required<T>(value: T | undefined, type: string, member: string, operation: string): T {
  if (value === undefined || value === "") throw new MissingMember(type, [member], operation);
  return value;
}

/** The id in a path; what is none names nothing. @throws NotFound */
export function pathId<T extends Id<string>>(noun: Noun, text: string): T {
  const id = findId<T>(text);
  if (id === undefined) throw new NotFound(noun, text.slice(0, 80));
  return id;
}

/** What most objects can be called, of what a body says; what it does not say stays as it is. */
export function readTexts(body: {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly comment?: string | undefined;
}): { readonly name?: string; readonly description?: string; readonly comment?: string } {
  const { name, description, comment } = body;
  return defined({ name, description, comment });
}
