import { allMembers, structsOf } from "./members.ts";
import { pathName, tagsOf } from "./names.ts";
import { type Mount, mountsOf } from "./paths.ts";
import {
  isEnum,
  isScalar,
  type ModelSpec,
  type OperationName,
  type Parameters,
  parseType,
  type ScalarName,
} from "./spec.ts";

type Json = Readonly<Record<string, unknown>>;

/** How scalars stand in JSON: whole numbers and booleans are strings there, which is v4's way. */
const scalarSchemas: Readonly<Record<ScalarName, Json>> = {
  string: { type: "string" },
  boolean: { type: "string", enum: ["true", "false"] },
  int32: { type: "string", format: "int32", pattern: "^-?[0-9]+$" },
  uint32: { type: "string", format: "uint32", pattern: "^[0-9]+$" },
  int64: { type: "string", format: "int64", pattern: "^-?[0-9]+$" },
  decimal: { type: "number" },
  date: { type: "integer", format: "int64", description: "milliseconds since the epoch; in XML a dateTime with zone" },
};

/** Query parameters are plain text; what they mean is in their format. */
const parameterSchemas: Readonly<Record<ScalarName, Json>> = {
  ...scalarSchemas,
  boolean: { type: "boolean" },
  int32: { type: "integer", format: "int32" },
};

/** `openapi.json`: the API as OpenAPI 3.1, one line for each path and schema. */
export function writeOpenApi(model: ModelSpec, notice: string): string {
  const schemas = Object.fromEntries([
    ["link", { type: "object", properties: { rel: { type: "string" }, href: { type: "string" } } }],
    ...[...model.types].flatMap(([name, type]) =>
      isEnum(type) ? [[name, { type: "string", enum: type.values }] as const] : [],
    ),
    ...structsOf(model).map(([name]) => [name, structSchema(model, name)] as const),
  ]);
  const paths = Object.fromEntries(mountsOf(model).flatMap((mount) => pathsOf(model, mount)));
  const head = {
    openapi: "3.1.0",
    info: {
      title: "Yagura REST API v4",
      version: "4.5",
      description: `The API of oVirt 4, with additions named in x-additions. JSON as described here; XML has the same tree. ${notice}`,
    },
    servers: [{ url: "/ovirt-engine/api" }],
    security: [{ bearer: [] }, { basic: [] }],
    "x-additions": model.additions.map(({ name, added, why }) => ({ name, added, why })),
  };
  const components = {
    securitySchemes: { bearer: { type: "http", scheme: "bearer" }, basic: { type: "http", scheme: "basic" } },
    responses: { fault: { description: "What was wrong", content: content("fault") } },
  };
  return [
    `${JSON.stringify(head).slice(0, -1)},\n"paths": {\n`,
    lines(paths),
    `\n},\n"components": ${JSON.stringify(components).slice(0, -1)},\n"schemas": {\n`,
    lines(schemas),
    "\n}}}\n",
  ].join("");
}

function lines(entries: Json): string {
  return Object.entries(entries)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(",\n");
}

function structSchema(model: ModelSpec, name: string): Json {
  const tags = tagsOf(model.names);
  const properties = allMembers(model, name).map((member) => {
    const { of, list } = parseType(member.type);
    const one = isScalar(of) ? scalarSchemas[of] : reference(of);
    if (!list) {
      const isAttribute = ["id", "href", "rel"].includes(member.name);
      return [tags.tag(member.name), isAttribute ? { ...one, xml: { attribute: true } } : one] as const;
    }
    if (member.name === "link") return [member.name, { type: "array", items: one }] as const;
    const type = model.types.get(of);
    const isPlain = isScalar(of) || (type !== undefined && isEnum(type));
    return [tags.tag(member.name), listSchema(isPlain ? tags.scalarItemTag(member.name) : tags.tag(of), one)] as const;
  });
  return { type: "object", xml: { name: tags.tag(name) }, properties: Object.fromEntries(properties) };
}

function listSchema(itemTag: string, items: Json): Json {
  return { type: "object", properties: { [itemTag]: { type: "array", items } } };
}

function reference(type: string): Json {
  return { $ref: `#/components/schemas/${type}` };
}

function content(type: string): Json {
  const body = { schema: reference(type) };
  return { "application/json": body, "application/xml": body };
}

const methods: Readonly<Record<OperationName, string>> = {
  list: "get",
  get: "get",
  add: "post",
  update: "put",
  remove: "delete",
};

function pathsOf(model: ModelSpec, mount: Mount): [string, Json][] {
  const { path, name, service, ids } = mount;
  const idParameters = ids.map((id) => ({ name: id, in: "path", required: true, schema: { type: "string" } }));
  const operations = Object.entries(service.operations ?? {}).map(
    ([operation, parameters]) =>
      [methods[operation as OperationName], operationOf(model, mount, operation as OperationName, parameters)] as const,
  );
  const here: [string, Json][] =
    operations.length === 0
      ? []
      : [[path, { ...(ids.length > 0 && { parameters: idParameters }), ...Object.fromEntries(operations) }]];
  const actions = Object.keys(service.actions ?? {}).map((action): [string, Json] => [
    `${path === "/" ? "" : path}/${pathName(action)}`,
    {
      ...(ids.length > 0 && { parameters: idParameters }),
      post: {
        tags: [name],
        requestBody: { content: content("action") },
        responses: { 200: { description: "done", content: content("action") }, default: fault },
      },
    },
  ]);
  return [...here, ...actions];
}

const fault = { $ref: "#/components/responses/fault" };

function operationOf(model: ModelSpec, mount: Mount, operation: OperationName, parameters: Parameters): Json {
  const { name, service } = mount;
  const type = service.type ?? "action";
  const query = Object.entries(parameters).flatMap(([parameter, text]) => {
    const { of } = parseType(text);
    return [{ name: parameter, in: "query", schema: isScalar(of) ? parameterSchemas[of] : reference(of) }];
  });
  const tags = tagsOf(model.names);
  const list = { schema: listSchema(tags.tag(type), reference(type)) };
  const answers: Readonly<Record<OperationName, Json>> = {
    list: { 200: { description: "all that match", content: { "application/json": list, "application/xml": list } } },
    get: { 200: { description: "as it is", content: content(type) } },
    add: {
      201: { description: "made", content: content(type) },
      202: { description: "being made; see creation_status", content: content(type) },
    },
    update: { 200: { description: "as it is now", content: content(type) } },
    remove: { 200: { description: "gone, or going" } },
  };
  const hasBody = operation === "add" || operation === "update";
  return {
    tags: [name],
    ...(query.length > 0 && { parameters: query }),
    ...(hasBody && { requestBody: { required: true, content: content(type) } }),
    responses: { ...answers[operation], default: fault },
  };
}
