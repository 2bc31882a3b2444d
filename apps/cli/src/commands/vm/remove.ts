import { isNotFound } from "@yagura/rest-client";
import { oneLine } from "@yagura/std/one-line.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { type Way, waitUntil } from "../../wait/wait-until.ts";
import { confirm } from "../confirm.ts";
import { type WaitOptions, withWaiting } from "../waiting.ts";

interface RemoveOptions extends WaitOptions {
  readonly yes?: boolean;
  readonly keepDisks?: boolean;
}

/** `yagura vm remove VM` */
export function addRemoveVm(vm: Command, cli: Cli): void {
  const command = vm
    .command("remove")
    .description("remove a VM and its disks")
    .argument("<vm>", "name or id")
    .option("--keep-disks", "leave its disks, for other VMs")
    .option("--yes", "do not ask");
  withWaiting(command, "it is gone").action((name: string, options: RemoveOptions) =>
    cli.withManager(`remove VM ${name}`, async ({ world, manager }) => {
      const { id, name: found = id } = await findOne("VM", name, manager.vms);
      const withDisks = options.keepDisks === true ? "" : " and its disks";
      await confirm(world, `Remove VM ${oneLine(found)} (${id})${withDisks}?`, options.yes);
      const correlationId = world.newCorrelationId();
      await manager.vms.remove(id, { detach_only: options.keepDisks }, { correlationId, signal: world.signal });
      if (options.wait !== true) return cli.say(`VM ${oneLine(found)} goes away.`);
      const look = async (): Promise<Way> => {
        try {
          return { is: "moving", state: (await manager.vms.get(id)).status ?? "still there" };
        } catch (error) {
          if (isNotFound(error)) return { is: "there", state: "gone" };
          throw error;
        }
      };
      await waitUntil(world, manager, { what: `VM ${found}`, timeoutMs: options.timeout, correlationId, look });
    }),
  );
}
