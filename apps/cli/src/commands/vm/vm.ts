import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { addVmActions } from "./act.ts";
import { addCreateVm } from "./create.ts";
import { addListVms } from "./list.ts";
import { addRemoveVm } from "./remove.ts";
import { addShowVm } from "./show.ts";

/** `yagura vm …` */
export function addVmCommands(program: Command, cli: Cli): void {
  const vm = program.command("vm").description("virtual machines");
  addListVms(vm, cli);
  addShowVm(vm, cli);
  addVmActions(vm, cli);
  addCreateVm(vm, cli);
  addRemoveVm(vm, cli);
}
