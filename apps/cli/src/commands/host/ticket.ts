import type { Command } from "commander";
import { parseDurationMs } from "../../arguments/numbers.ts";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { dateCell } from "../../output/text.ts";

const VALID_MS_DEFAULT = 60 * 60 * 1000;

interface TicketOptions {
  readonly cluster: string;
  readonly valid: number;
}

/** `yagura host ticket --cluster CLUSTER` */
export function addHostTicket(host: Command, cli: Cli): void {
  host
    .command("ticket")
    .description("make a ticket with which one new host registers itself and is let in at once")
    .requiredOption("--cluster <cluster>", "the cluster the host will join: name or id")
    .option(
      "--valid <duration>",
      "how long it can be used: 30m, 2h, 1d (default: 1h)",
      parseDurationMs,
      VALID_MS_DEFAULT,
    )
    .action((options: TicketOptions) =>
      cli.withManager("make a ticket for a host", async ({ world, manager }) => {
        const cluster = await findOne("cluster", options.cluster, manager.clusters);
        const expires = new Date(world.clock.nowMs() + options.valid);
        const ticket = await manager.host_tickets.add({ cluster: { id: cluster.id }, expires });
        // The value alone on standard output, so that it can go straight into a file on the host.
        cli.printOne(ticket, () => `${ticket.value ?? ""}\n`);
        const until = dateCell(ticket.expires ?? expires);
        cli.say(
          `For one host, until ${until}. It is not shown again. To withdraw it: yagura host revoke ${ticket.id ?? ""}`,
        );
      }),
    );
}
