// npm run stop: ends the guests, the Manager, the agent and our libvirtd. The data stay.
import { resolve } from "node:path";
import { stopPrivateLibvirtd } from "@yagura/lab/private-libvirtd.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { Command } from "commander";
import { layoutOf } from "../start/layout.ts";
import { dataOption } from "../start/options.ts";
import { stopGuests } from "./stop-guests.ts";
import { stopServices } from "./stop-services.ts";

const command = new Command("npm run stop --")
  .description("Ends what npm start started: guests, Manager, agent. The data stay.")
  .addOption(dataOption())
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const layout = layoutOf(resolve(command.parse().opts()["data"]));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  const wereServing = await stopServices(layout);
  const { daemon, count } = await stopGuests(layout, say);
  await stopPrivateLibvirtd(layout.libvirt);
  say(
    wereServing || count > 0 || daemon?.isOurs === true
      ? "all is stopped; npm start brings it back"
      : "nothing was running",
  );
} catch (error) {
  say(`npm run stop: ${describeError(error)}`);
  process.exitCode = 1;
}
