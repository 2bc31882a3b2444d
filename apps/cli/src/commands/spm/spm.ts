import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { addMoveSpm } from "./move.ts";
import { addShowSpm } from "./show.ts";

/** `yagura spm …` */
export function addSpmCommands(program: Command, cli: Cli): void {
  const spm = program.command("spm").description("the host that manages the storage of a data center (SPM)");
  addShowSpm(spm, cli);
  addMoveSpm(spm, cli);
}
