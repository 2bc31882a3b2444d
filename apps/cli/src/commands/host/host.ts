import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { addHostActions } from "./act.ts";
import { addConfirmReboot } from "./confirm-reboot.ts";
import { addListHosts } from "./list.ts";
import { addHostPriority } from "./priority.ts";
import { addShowHost } from "./show.ts";
import { addHostTicket } from "./ticket.ts";
import { addHostTickets } from "./tickets.ts";

/** `yagura host …` */
export function addHostCommands(program: Command, cli: Cli): void {
  const host = program.command("host").description("hosts, on which VMs run");
  addListHosts(host, cli);
  addShowHost(host, cli);
  addHostActions(host, cli);
  addHostPriority(host, cli);
  addConfirmReboot(host, cli);
  addHostTicket(host, cli);
  addHostTickets(host, cli);
}
