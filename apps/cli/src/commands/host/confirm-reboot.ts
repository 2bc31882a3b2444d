import { oneLine } from "@yagura/std/one-line.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { confirm } from "../confirm.ts";

/** `yagura host confirm-reboot HOST` */
export function addConfirmReboot(host: Command, cli: Cli): void {
  host
    .command("confirm-reboot")
    .description(
      "confirm that a host that does not respond is off or has been rebooted: its VMs are down then, and can be started elsewhere",
    )
    .argument("<host>", "name or id")
    .option("--yes", "do not ask")
    .action((name: string, { yes }: { readonly yes?: boolean }) =>
      cli.withManager(`confirm the reboot of host ${name}`, async ({ world, manager }) => {
        const found = await findOne("host", name, manager.hosts);
        const hostName = found.name ?? found.id;
        const danger = "A VM that still runs there, and is started elsewhere, destroys its disks.";
        const question = `Have you seen that host ${oneLine(hostName)} is off, or has been rebooted? ${danger}`;
        await confirm(world, question, yes);
        const options = { correlationId: world.newCorrelationId(), signal: world.signal };
        await manager.hosts.action(found.id, "fence", { fence_type: "manual" }, options);
        cli.say(`The VMs of host ${hostName} are down.`);
      }),
    );
}
