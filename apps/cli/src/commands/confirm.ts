import { usageProblem } from "../problem.ts";
import type { CliWorld } from "../world.ts";

/** Before something is lost: asks a person, or wants `--yes` from a script. @throws CliProblem */
export async function confirm(world: CliWorld, question: string, isSure: boolean | undefined): Promise<void> {
  if (isSure === true) return;
  if (!world.isInteractive) throw usageProblem("nobody can be asked whether that is meant", "Add --yes if it is");
  const answer = await world.ask(`${question} (yes/no) `);
  if (answer.trim().toLowerCase() !== "yes")
    throw usageProblem("it was not confirmed", "Answer with yes if it is meant");
}
