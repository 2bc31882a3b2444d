import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Addition,
  isEnum,
  isScalar,
  type ModelSpec,
  type NamesSpec,
  operationNames,
  parseType,
  type ServiceSpec,
  type TypeSpec,
} from "./spec.ts";

/** The model in `specs/rest-model` does not fit together. */
export class BadSpec extends Error {
  override readonly name = "BadSpec";
}

/** Reads all files of `folder`, adds our own additions, and checks that every name used is defined. */
export async function readSpec(folder: string): Promise<ModelSpec> {
  const names = (await readJson(join(folder, "names.json"))) as NamesSpec;
  const { additions } = (await readJson(join(folder, "additions.json"))) as { additions: readonly Addition[] };
  const types = new Map<string, TypeSpec>();
  const services = new Map<string, ServiceSpec>();
  for (const { types: some } of await readFolder<{ types: Record<string, TypeSpec> }>(join(folder, "types"))) {
    for (const [name, type] of Object.entries(some)) addNew(types, name, type);
  }
  for (const { services: some } of await readFolder<{ services: Record<string, ServiceSpec> }>(
    join(folder, "services"),
  )) {
    for (const [name, service] of Object.entries(some)) addNew(services, name, service);
  }
  for (const addition of additions) apply(addition, types, services);
  const model = { types, services, names, additions };
  check(model);
  return model;
}

function apply(addition: Addition, types: Map<string, TypeSpec>, services: Map<string, ServiceSpec>): void {
  for (const [name, type] of Object.entries(addition.types)) addNew(types, name, type);
  for (const [name, members] of Object.entries(addition.members ?? {})) {
    const type = types.get(name);
    if (type === undefined || isEnum(type)) throw new BadSpec(`addition ${addition.name}: no type ${name}`);
    types.set(name, { ...type, attributes: { ...type.attributes, ...members } });
  }
  for (const [name, service] of Object.entries(addition.services)) addNew(services, name, service);
  for (const [name, children] of Object.entries(addition.children)) {
    const service = services.get(name);
    if (service === undefined) throw new BadSpec(`addition ${addition.name}: no service ${name}`);
    services.set(name, { ...service, children: { ...service.children, ...children } });
  }
}

function addNew<T>(map: Map<string, T>, name: string, value: T): void {
  if (map.has(name)) throw new BadSpec(`${name} is defined twice`);
  map.set(name, value);
}

async function readFolder<T>(folder: string): Promise<T[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  return Promise.all(files.map(async (file) => (await readJson(join(folder, file))) as T));
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8"));
}

function check({ types, services }: ModelSpec): void {
  const checkType = (text: string, where: string): void => {
    const { of } = parseType(text);
    if (!isScalar(of) && !types.has(of)) throw new BadSpec(`${where}: no type ${of}`);
  };
  for (const [name, type] of types) {
    if (isEnum(type)) continue;
    if (type.extends !== undefined) checkType(type.extends, name);
    for (const [member, of] of Object.entries({ ...type.attributes, ...type.references })) {
      checkType(of, `${name}.${member}`);
    }
  }
  for (const [name, service] of services) {
    if (service.type !== undefined) checkType(service.type, name);
    for (const child of [service.item ?? name, ...Object.values(service.children ?? {})]) {
      if (!services.has(child)) throw new BadSpec(`${name}: no service ${child}`);
    }
    for (const operation of Object.keys(service.operations ?? {})) {
      if (!(operationNames as readonly string[]).includes(operation)) throw new BadSpec(`${name}: ${operation}?`);
      if (operation !== "remove" && service.type === undefined)
        throw new BadSpec(`${name} has ${operation} but no type`);
    }
    for (const parameters of [...Object.values(service.operations ?? {}), ...Object.values(service.actions ?? {})]) {
      for (const [parameter, of] of Object.entries(parameters)) checkType(of, `${name} ${parameter}`);
    }
  }
}
