// Scenario files: a sentence that says what is shown, the hosts with their SPM priorities, what happens in which second, and
// after `---` what follows from it.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ScenarioWorld } from "./scenario-world.fixture.ts";

export const scenarioFolder = join(import.meta.dirname, "scenarios");

export interface Scenario {
  readonly title: string;
  readonly given: string;
  readonly expected: readonly string[];
}

export async function listScenarios(): Promise<readonly string[]> {
  return (await readdir(scenarioFolder)).filter((name) => name.endsWith(".txt")).sort();
}

export async function readScenario(name: string): Promise<Scenario> {
  const text = await readFile(join(scenarioFolder, name), "utf8");
  const [given = "", expected = ""] = text.split("---\n");
  return {
    title: given.split("\n")[0]?.replace(/^# /, "") ?? name,
    given,
    expected: expected.split("\n").filter((line) => line !== ""),
  };
}

/** Plays it from its beginning. @throws Error when a line is not understood. */
export function play({ given }: Scenario): readonly string[] {
  const lines = given.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const hosts = lines
    .filter((line) => line.startsWith("host "))
    .map((line) => line.split(" "))
    .map(([, name = "", , priority = "5"]) => ({ name, priority: Number(priority) }));
  const world = new ScenarioWorld(hosts);
  const events = lines.filter((line) => line.startsWith("at ")).map((line) => line.split(" "));
  const end = Number(lines.find((line) => line.startsWith("until "))?.split(" ")[1] ?? Number.NaN);
  if (!Number.isInteger(end)) throw new Error(`"until SECONDS" is missing`);
  for (let second = 0; second < end; second++) {
    for (const [, at, ...words] of events) if (Number(at) === second) world.happen(words.join(" "));
    world.step();
  }
  return world.log;
}

/** Writes what follows now as what is expected: to be read as a diff. */
export async function updateScenarios(): Promise<void> {
  for (const name of await listScenarios()) {
    const scenario = await readScenario(name);
    await writeFile(join(scenarioFolder, name), `${scenario.given}---\n${play(scenario).join("\n")}\n`);
  }
}
