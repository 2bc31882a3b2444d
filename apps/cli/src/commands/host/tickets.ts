import { isNotFound } from "@yagura/rest-client";
import { oneLine } from "@yagura/std/one-line.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { namesOf } from "../../names-of.ts";
import { dateCell } from "../../output/text.ts";
import { refusal } from "../../problem.ts";

/** `yagura host tickets` and `yagura host revoke TICKET` */
export function addHostTickets(host: Command, cli: Cli): void {
  host
    .command("tickets")
    .description("list the tickets with which a host can still register itself; never their values")
    .action(() =>
      cli.withManager("list tickets for hosts", async ({ manager }) => {
        const tickets = await manager.host_tickets.list();
        const clusterName = cli.output !== "table" ? () => undefined : await namesOf(manager.clusters);
        cli.printList(
          tickets,
          [
            { title: "CLUSTER", value: ({ cluster }) => clusterName(cluster) },
            { title: "VALID UNTIL", value: ({ expires }) => expires && dateCell(expires) },
            { title: "ID", value: ({ id }) => id },
          ],
          "There are no tickets for hosts.",
        );
      }),
    );
  host
    .command("revoke")
    .description("withdraw a ticket; a host that it has let in stays")
    .argument("<ticket>", "its id, as host tickets shows it")
    .action((id: string) =>
      cli.withManager(`withdraw ticket ${oneLine(id)}`, async ({ manager }) => {
        try {
          await manager.host_tickets.remove(id);
        } catch (error) {
          if (!isNotFound(error)) throw error;
          throw refusal(
            "there is no such ticket, or it was used, withdrawn or has expired",
            "See: yagura host tickets",
          );
        }
        cli.say(`Ticket ${oneLine(id)} lets nobody in any more.`);
      }),
    );
}
