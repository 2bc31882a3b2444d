import type { Disk } from "@yagura/rest-client";
import { oneLine } from "@yagura/std/one-line.ts";
import type { Cli, Command as CliCommand } from "../../cli.ts";
import { type Way, waitUntil } from "../../wait/wait-until.ts";
import type { WaitOptions } from "../waiting.ts";

interface Call {
  readonly correlationId: string;
  readonly signal: AbortSignal;
}

/** Begins it, and with `--wait` follows the disk whose id is returned until nobody works on it any more. */
export async function followDisk(
  cli: Cli,
  { world, manager }: CliCommand,
  disk: Disk & { readonly id: string },
  options: WaitOptions,
  taken: string,
  begin: (call: Call) => Promise<string>,
): Promise<string> {
  const correlationId = world.newCorrelationId();
  const id = await begin({ correlationId, signal: world.signal });
  const what = `Disk ${diskTitle(disk)}`;
  if (options.wait !== true) {
    cli.say(`${what} ${taken}. See how far it is: yagura job list`);
    return id;
  }
  const look = async (): Promise<Way> => {
    const { status } = await manager.disks.get(id);
    return { is: status === "ok" ? "there" : status === "illegal" ? "resting" : "moving", state: status ?? "unknown" };
  };
  await waitUntil(world, manager, { what, timeoutMs: options.timeout, correlationId, look });
  return id;
}

export function diskTitle({ name, alias, id }: Disk): string {
  return oneLine(alias ?? name ?? id ?? "");
}
