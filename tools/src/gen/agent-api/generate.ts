import { type GeneratedFile, type Generator, generatedNotice } from "../generated-file.ts";
import { emitErrors } from "./emit-errors.ts";
import { emitEvents } from "./emit-events.ts";
import { emitReference } from "./emit-reference.ts";
import { emitSchema } from "./emit-schema.ts";
import { emitSimulator } from "./emit-simulator.ts";
import { emitTypes } from "./emit-types.ts";
import { emitVerbs } from "./emit-verbs.ts";
import { readAgentSpec } from "./read-spec.ts";

const source = "specs/agent-api";
const folder = "packages/agent-protocol/src/generated";

/** Everything that follows from `specs/agent-api`: types, validators, server and client interfaces, errors, reference. */
export const generateAgentApi: Generator = async (root) => {
  const spec = await readAgentSpec(root);
  const code = (name: string, text: string): GeneratedFile => ({
    path: `${folder}/${name}.ts`,
    text: `${generatedNotice(source)}${text}`,
  });
  return [
    code("types", emitTypes(spec)),
    code("schema", emitSchema(spec)),
    code("verbs", emitVerbs(spec)),
    code("events", emitEvents(spec)),
    code("errors", emitErrors(spec)),
    code("simulator", emitSimulator(spec)),
    { path: "docs/protocols/agent-verbs.md", text: emitReference(spec) },
  ];
};
