import { type Command, InvalidArgumentError } from "commander";
import type { Cli } from "../cli.ts";

/** `yagura api GET /vms`: the answer as the Manager gives it. Only reading: the rest has verbs that check names. */
export function addApiCommand(program: Command, cli: Cli): void {
  program
    .command("api")
    .description("read any document of the API, as the Manager gives it")
    .argument("<method>", "GET", parseMethod)
    .argument("<path>", "below the API: /vms, /vms/ID/nics, /vms?search=name=web", parsePath)
    .action((_method: string, path: string) =>
      cli.withManager(`read ${path}`, async ({ world, manager }) => {
        const { body } = await manager.raw(path, {}, { signal: world.signal });
        world.stdout(`${body.toString("utf8").trimEnd()}\n`);
      }),
    );
}

function parseMethod(text: string): "GET" {
  if (text.toUpperCase() === "GET") return "GET";
  throw new InvalidArgumentError("Only GET is offered here.");
}

function parsePath(text: string): string {
  const path = text.replace(/^\/ovirt-engine\/api/, "");
  if (path === "" || /^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[\x21-\x7e]*$/.test(path)) return path;
  throw new InvalidArgumentError("A path begins with / and is plain ASCII; encode the rest as %XX.");
}
