import type { Call, Event, Fields, LibvirtSpec, ProgramSpec, Variant } from "./spec.ts";
import { parseWireType, type WireType } from "./wire-type.ts";

export interface Field {
  readonly name: string;
  readonly type: WireType;
}

/** A type with its spreads resolved: all its fields, and the union that stands for the last ones if there is one. */
export interface Struct {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly union?: string;
}

export interface Union {
  readonly name: string;
  readonly variants: readonly Variant[];
}

export interface Procedure extends Omit<Call, "takes" | "gives"> {
  readonly method: string;
  readonly argumentsType?: string;
  readonly resultType?: string;
}

export interface EventMessage extends Omit<Event, "carries"> {
  readonly type: string;
}

/** A program as the emitters want it. `own` are the types it defines itself; others are shared from the main program. */
export interface Program {
  readonly name: string;
  readonly number: number;
  readonly version: number;
  readonly unions: readonly Union[];
  readonly own: readonly Struct[];
  readonly procedures: readonly Procedure[];
  readonly events: readonly EventMessage[];
  readonly stringBytesMax: number;
}

export function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

export function pascal(name: string): string {
  const text = camel(name);
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Resolves names, spreads and limits. `shared` has the types and limits of the main program. */
export function modelProgram(spec: ProgramSpec, { remote }: LibvirtSpec): Program {
  const limits = remote.limits ?? {};
  const named = { ...remote.types, ...spec.types };
  const unions = { ...remote.unions, ...spec.unions };
  const own: Struct[] = [];
  const prefix = spec.program.name === "remote" ? "" : pascal(spec.program.name);

  const struct = (name: string, fields: Fields): Struct => {
    let union: string | undefined;
    const resolve = (from: Fields): Field[] =>
      Object.entries(from).flatMap(([field, type]) => {
        if (field !== "...") return [{ name: field, type: parseWireType(type, limits) }];
        if (unions[type] !== undefined) {
          union = type;
          return [];
        }
        const spread = named[type];
        if (spread === undefined) throw new Error(`${name} spreads ${type}, which is not defined`);
        return resolve(spread);
      });
    const all = resolve(fields);
    return { name, fields: all, ...(union !== undefined && { union }) };
  };
  const define = (name: string, fields: Fields | string | undefined): string | undefined => {
    if (fields === undefined || typeof fields === "string") return fields;
    own.push(struct(name, fields));
    return name;
  };

  for (const [name, fields] of Object.entries(spec.types ?? {})) own.push(struct(name, fields));
  const procedures = spec.calls.map(({ takes, gives, ...call }): Procedure => {
    const argumentsType = define(`${prefix}${pascal(call.name)}Args`, takes);
    const resultType = define(`${prefix}${pascal(call.name)}Result`, gives);
    return {
      ...call,
      method: camel(call.name),
      ...(argumentsType !== undefined && { argumentsType }),
      ...(resultType !== undefined && { resultType }),
    };
  });
  const events = spec.events.map(({ carries, ...event }): EventMessage => {
    const type = define(`${prefix}${pascal(event.name)}Message`, carries) ?? "";
    return { ...event, type };
  });
  return {
    ...spec.program,
    unions: Object.entries(spec.unions ?? {}).map(([name, variants]) => ({ name, variants })),
    own,
    procedures,
    events,
    stringBytesMax: limits["string"] ?? 0,
  };
}
