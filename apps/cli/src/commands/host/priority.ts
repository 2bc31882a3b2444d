import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { usageProblem } from "../../problem.ts";

const PRIORITY_MAX = 10;

/** `yagura host priority HOST NUMBER` */
export function addHostPriority(host: Command, cli: Cli): void {
  host
    .command("priority")
    .description("say which hosts are preferred as SPM when one is chosen; a host that has the role keeps it")
    .argument("<host>", "name or id")
    .argument("<number>", "never, or from 1 (low) to 10 (high); 5 is usual")
    .action((name: string, text: string) =>
      cli.withManager(`set the SPM priority of host ${name}`, async ({ world, manager }) => {
        const priority = readPriority(text);
        const found = await findOne("host", name, manager.hosts);
        const options = { correlationId: world.newCorrelationId(), signal: world.signal };
        await manager.hosts.update(found.id, { spm: { priority } }, {}, options);
        const what = priority < 0 ? "never becomes SPM" : `has the SPM priority ${priority}`;
        cli.say(`Host ${found.name ?? found.id} ${what}.`);
      }),
    );
}

/** @throws CliProblem */
function readPriority(text: string): number {
  if (text === "never") return -1;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= PRIORITY_MAX) return value;
  throw usageProblem(
    `${JSON.stringify(text)} is not an SPM priority`,
    `Give never, or a number from 1 to ${PRIORITY_MAX}`,
  );
}
