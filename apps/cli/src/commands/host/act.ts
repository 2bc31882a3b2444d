import type { Action, Host, ManagerClient } from "@yagura/rest-client";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { type Way, waitUntil } from "../../wait/wait-until.ts";
import { hostWayToMaintenance, hostWayUp } from "../../wait/ways.ts";
import { type WaitOptions, withWaiting } from "../waiting.ts";

interface HostActionOptions extends WaitOptions {
  readonly cluster?: string;
  readonly reason?: string;
}

interface HostAction {
  readonly name: "approve" | "activate" | "deactivate";
  readonly description: string;
  readonly until: string;
  readonly taken: string;
  readonly way: (status: Host["status"]) => Way;
  readonly options: Readonly<Record<string, string>>;
  readonly body: (manager: ManagerClient, options: HostActionOptions) => Promise<Action>;
}

const actions: readonly HostAction[] = [
  {
    name: "approve",
    description: "let a host in that has registered itself",
    until: "it is up",
    taken: "is let in",
    way: hostWayUp,
    options: { "--cluster <cluster>": "the cluster it joins: name or id" },
    body: async (manager, { cluster }) =>
      cluster === undefined ? {} : { cluster: { id: (await findOne("cluster", cluster, manager.clusters)).id } },
  },
  {
    name: "activate",
    description: "take a host out of maintenance",
    until: "it is up",
    taken: "is activated",
    way: hostWayUp,
    options: {},
    body: () => Promise.resolve({}),
  },
  {
    name: "deactivate",
    description: "put a host into maintenance: its VMs move away first",
    until: "it is in maintenance",
    taken: "goes into maintenance",
    way: hostWayToMaintenance,
    options: { "--reason <text>": "why, for the events" },
    body: (_manager, { reason }) => Promise.resolve(reason === undefined ? {} : { reason }),
  },
];

/** `yagura host approve|activate|deactivate HOST` */
export function addHostActions(host: Command, cli: Cli): void {
  for (const action of actions) addHostAction(host, cli, action);
}

function addHostAction(host: Command, cli: Cli, action: HostAction): void {
  const { name, description, until, taken, way } = action;
  const command = withWaiting(host.command(name).description(description).argument("<host>", "name or id"), until);
  for (const [flags, text] of Object.entries(action.options)) command.option(flags, text);
  command.action((hostName: string, options: HostActionOptions) =>
    cli.withManager(`${name} host ${hostName}`, async ({ world, manager }) => {
      const found = await findOne("host", hostName, manager.hosts);
      const correlationId = world.newCorrelationId();
      const body = await action.body(manager, options);
      await manager.hosts.action(found.id, name, body, { correlationId, signal: world.signal });
      const what = `Host ${found.name ?? found.id}`;
      if (options.wait !== true) return cli.say(`${what} ${taken}.`);
      const look = async () => way((await manager.hosts.get(found.id)).status);
      await waitUntil(world, manager, { what, timeoutMs: options.timeout, correlationId, look });
    }),
  );
}
