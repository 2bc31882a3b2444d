import { join } from "node:path";
import { type Generator, generatedNotice } from "../generated-file.ts";
import { readSpec } from "./read-spec.ts";
import { writeClient } from "./write-client.ts";
import { writeOpenApi } from "./write-openapi.ts";
import { writeServiceTables, writeStructTables } from "./write-tables.ts";
import { writeTypes } from "./write-types.ts";

const source = "specs/rest-model";

/** Everything that comes from `specs/rest-model`: types, tables for the codecs, service tables, client, OpenAPI. */
export const generateRestModel: Generator = async (root) => {
  const model = await readSpec(join(root, source));
  const file = (path: string, text: string) => ({ path, text: `${generatedNotice(source)}\n${text}` });
  return [
    file("packages/rest-model/src/generated/types.ts", writeTypes(model)),
    file("packages/rest-model/src/generated/structs.ts", writeStructTables(model)),
    file("packages/rest-model/src/generated/services.ts", writeServiceTables(model)),
    file("packages/rest-client/src/generated/resources.ts", writeClient(model)),
    // JSON has no comments: the notice stands in the document's description.
    {
      path: "packages/rest-model/src/generated/openapi.json",
      text: writeOpenApi(model, generatedNotice(source).slice("// ".length).trim()),
    },
  ];
};
