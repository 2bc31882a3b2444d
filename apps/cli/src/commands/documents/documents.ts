import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { addAdd } from "./add.ts";
import { addDescribe } from "./describe.ts";
import { addDo } from "./do.ts";
import { addGet } from "./get.ts";
import { addRemove } from "./remove.ts";
import { addUpdate } from "./update.ts";

/** `yagura get|add|update|remove|do|describe PLACE`: everything that the API has, by its own tables. */
export function addDocumentCommands(program: Command, cli: Cli): void {
  addGet(program, cli);
  addAdd(program, cli);
  addUpdate(program, cli);
  addRemove(program, cli);
  addDo(program, cli);
  addDescribe(program, cli);
}
