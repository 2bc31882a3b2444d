import type { Action, Vm } from "@yagura/rest-client";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { type Way, waitUntil } from "../../wait/wait-until.ts";
import { newWayThroughReboot, wayDown, wayUp } from "../../wait/ways.ts";
import { type WaitOptions, withWaiting } from "../waiting.ts";

interface VmAction {
  readonly name: "start" | "stop" | "shutdown" | "reboot";
  readonly description: string;
  readonly until: string;
  /** What is said when the Manager has taken the request. */
  readonly taken: string;
  /** Made anew for each wait: some look at what was before. */
  readonly newWay: () => (status: Vm["status"]) => Way;
  /** Options that go into the body of the action, each a boolean. */
  readonly flags: Readonly<Record<string, string>>;
}

const force = { force: "even if a backup or another operation uses it" };

const actions: readonly VmAction[] = [
  {
    name: "start",
    description: "start a VM",
    until: "it is up",
    taken: "starts",
    newWay: () => wayUp,
    flags: { pause: "with its processors stopped" },
  },
  {
    name: "stop",
    description: "stop a VM at once, as if its power were cut",
    until: "it is down",
    taken: "stops",
    newWay: () => wayDown,
    flags: force,
  },
  {
    name: "shutdown",
    description: "ask the guest to shut down",
    until: "it is down",
    taken: "shuts down",
    newWay: () => wayDown,
    flags: force,
  },
  {
    name: "reboot",
    description: "ask the guest to reboot",
    until: "it is up again",
    taken: "reboots",
    newWay: newWayThroughReboot,
    flags: force,
  },
];

/** `yagura vm start|stop|shutdown|reboot VM` */
export function addVmActions(vm: Command, cli: Cli): void {
  for (const action of actions) addVmAction(vm, cli, action);
}

function addVmAction(vm: Command, cli: Cli, { name, description, until, taken, newWay, flags }: VmAction): void {
  const command = withWaiting(vm.command(name).description(description).argument("<vm>", "name or id"), until);
  for (const [flag, text] of Object.entries(flags)) command.option(`--${flag}`, text);
  command.action((vmName: string, options: WaitOptions & Readonly<Record<string, unknown>>) =>
    cli.withManager(`${name} VM ${vmName}`, async ({ world, manager }) => {
      const found = await findOne("VM", vmName, manager.vms);
      const correlationId = world.newCorrelationId();
      const body: Action = Object.fromEntries(
        Object.keys(flags).flatMap((flag) => (options[flag] ? [[flag, true]] : [])),
      );
      await manager.vms.action(found.id, name, body, { correlationId, signal: world.signal });
      const what = `VM ${found.name ?? found.id}`;
      if (options.wait !== true) return cli.say(`${what} ${taken}.`);
      const way = newWay();
      const look = async () => way((await manager.vms.get(found.id)).status);
      await waitUntil(world, manager, { what, timeoutMs: options.timeout, correlationId, look });
    }),
  );
}
