import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The whole API as an OpenAPI 3.1 document in JSON (about 1 MB), for whoever serves it. */
export function readOpenApi(): Promise<string> {
  return readFile(join(import.meta.dirname, "generated", "openapi.json"), "utf8");
}
