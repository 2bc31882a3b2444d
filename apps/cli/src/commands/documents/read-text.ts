import { readFile } from "node:fs/promises";
import { usageProblem } from "../../problem.ts";
import type { CliWorld } from "../../world.ts";

/** The text of a file; of standard input for `-`. @throws CliProblem */
export async function readText(world: Pick<CliWorld, "readStdin">, file: string): Promise<string> {
  return file === "-" ? await world.readStdin() : await readTextFile(file);
}

export async function readTextFile(file: string): Promise<string> {
  return await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw usageProblem(`the file ${file} cannot be read (${cause.code})`, "Check its path and permissions");
  });
}
