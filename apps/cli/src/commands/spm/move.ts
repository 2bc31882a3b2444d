import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { type Way, waitUntil } from "../../wait/wait-until.ts";
import { type WaitOptions, withWaiting } from "../waiting.ts";

/** `yagura spm move --to HOST` */
export function addMoveSpm(spm: Command, cli: Cli): void {
  const move = spm
    .command("move")
    .description("give the role to another host; the present one ends its work on the storage first")
    .requiredOption("--to <host>", "the host that takes it: name or id");
  withWaiting(move, "it has the role").action((options: WaitOptions & { readonly to: string }) =>
    cli.withManager(`move the SPM to ${options.to}`, async ({ world, manager }) => {
      const { id, name = id } = await findOne("host", options.to, manager.hosts);
      const correlationId = world.newCorrelationId();
      await manager.hosts.action(id, "force_select_spm", {}, { correlationId, signal: world.signal });
      const what = `Host ${name}`;
      if (options.wait !== true) return cli.say(`${what} is asked to be SPM. See how far it is: yagura spm show`);
      const look = async () => wayToRole((await manager.hosts.get(id)).spm?.status);
      await waitUntil(world, manager, { what, timeoutMs: options.timeout, correlationId, look });
    }),
  );
}

/** The former SPM may have work to end: nothing but the role itself is an end. */
function wayToRole(status: string | undefined): Way {
  if (status === "spm") return { is: "there", state: "SPM" };
  return { is: "moving", state: status === "contending" ? "becoming SPM" : "not SPM yet" };
}
