// specs/libvirt → packages/libvirt/src/protocol/generated: types, codecs, procedures, calls, events, constants.
import { type GeneratedFile, type Generator, generatedNotice } from "../generated-file.ts";
import { emitCalls, emitProcedures } from "./emit-calls.ts";
import { emitCodecs } from "./emit-codecs.ts";
import { emitConstants, emitNet } from "./emit-constants.ts";
import { emitEvents } from "./emit-events.ts";
import { emitShapes } from "./emit-shapes.ts";
import { emitTypes } from "./emit-types.ts";
import { modelProgram, type Program } from "./model.ts";
import { readSpec } from "./spec.ts";

const FOLDER = "packages/libvirt/src/protocol/generated";

export const generateLibvirt: Generator = async (root) => {
  const spec = await readSpec(root);
  const remote = modelProgram(spec.remote, spec);
  const qemu = modelProgram(spec.qemu, spec);
  const net: Program = modelProgram(
    { program: { name: "net", number: 0, version: 0 }, types: spec.net.types, calls: [], events: [] },
    spec,
  );
  return [
    ...programFiles(remote),
    ...programFiles(qemu),
    ...typeFiles(net),
    file(`${FOLDER}/net-constants.ts`, emitNet(spec)),
    file(`${FOLDER}/constants.ts`, emitConstants(spec)),
    file("packages/libvirt/test/generated/shapes.ts", emitShapes([remote, qemu, net])),
  ];
};

function programFiles(program: Program): GeneratedFile[] {
  const { name } = program;
  const typesAndCodecs = [
    `import * as codecs from "./${name}-codecs.ts";`,
    `import type * as types from "./${name}-types.ts";`,
  ];
  return [
    ...typeFiles(program),
    file(
      `${FOLDER}/${name}-procedures.ts`,
      [
        ...typesAndCodecs,
        'import { decodeNothing, encodeNothing, type Procedure } from "../procedure.ts";',
        "",
        emitProcedures(program),
      ].join("\n"),
    ),
    file(
      `${FOLDER}/${name}-calls.ts`,
      [
        `import { ${name}Procedures as p } from "./${name}-procedures.ts";`,
        `import type * as types from "./${name}-types.ts";`,
        `import type { Caller, CallOptions${streams(program) ? ", WithStream" : ""} } from "../caller.ts";`,
        "",
        emitCalls(program),
      ].join("\n"),
    ),
    file(
      `${FOLDER}/${name}-events.ts`,
      [
        typesAndCodecs[0],
        ...(program.events.some((event) => event.family !== undefined) ? [typesAndCodecs[1]] : []),
        'import type { EventMessage } from "../event-message.ts";',
        "",
        emitEvents(program),
      ].join("\n"),
    ),
  ];
}

function typeFiles(program: Program): GeneratedFile[] {
  const { name } = program;
  const types = emitTypes(program);
  const codecs = emitCodecs(program);
  const errors = [
    ...(codecs.includes("CannotEncode(") ? ["CannotEncode"] : []),
    ...(codecs.includes("UnknownVariant(") ? ["UnknownVariant"] : []),
  ];
  const readerAndWriter = errors.length === 0 ? ["XdrReader", "XdrWriter"] : ["type XdrReader", "type XdrWriter"];
  const xdr = [...errors, ...readerAndWriter].join(", ");
  return [
    file(`${FOLDER}/${name}-types.ts`, [...sharedTypes(name, types), types].join("\n")),
    file(
      `${FOLDER}/${name}-codecs.ts`,
      [
        `import ${errors.length === 0 ? "type " : ""}{ ${xdr} } from "@yagura/xdr";`,
        ...(codecs.includes("list(r,") ? ['import { list } from "../list.ts";'] : []),
        `import type * as t from "./${name}-types.ts";`,
        ...sharedCodecs(name, codecs),
        "",
        codecs,
      ].join("\n"),
    ),
  ];
}

/** The other programs use some types of the main one. */
const SHARED = ["Domain", "Network"];

function sharedTypes(name: string, text: string): string[] {
  const used = name === "remote" ? [] : SHARED.filter((type) => new RegExp(`: ${type}\\b`).test(text));
  return used.length === 0 ? [] : [`import type { ${used.join(", ")} } from "./remote-types.ts";`, ""];
}

function sharedCodecs(name: string, text: string): string[] {
  const used =
    name === "remote"
      ? []
      : SHARED.flatMap((type) => [`decode${type}`, `encode${type}`]).filter((codec) => text.includes(`${codec}(`));
  return used.length === 0 ? [] : [`import { ${used.toSorted().join(", ")} } from "./remote-codecs.ts";`];
}

const streams = (program: Program): boolean => program.procedures.some((procedure) => procedure.stream !== undefined);

function file(path: string, text: string): GeneratedFile {
  return { path, text: `${generatedNotice("specs/libvirt")}${text}` };
}
