import { randomInt } from "node:crypto";
import type { VmStatus } from "@yagura/lifecycles";
import type { VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import { announce } from "../../events/announce.ts";
import { setConsoleTicket as setOnHost } from "../../hosts/host-vms.ts";
import { HostUnreachable } from "../../hosts/hosts.ts";
import { byActor, subject } from "../subjects.ts";
import { notRunning } from "./running-vm.ts";

const attempt = "Cannot set Virtual Machine Ticket.";

/** VNC looks at no more of a password. */
const VNC_CHARACTERS = 8;
/** oVirt's, for whoever does not say. */
const VALID_SECONDS = 2 * 60 * 60;
const VALID_SECONDS_MAX = 7 * 24 * 60 * 60;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const withConsole: ReadonlySet<VmStatus> = new Set([
  "up",
  "paused",
  "powering_up",
  "powering_down",
  "reboot_in_progress",
]);

export interface AskedTicket {
  readonly vmId: VmId;
  /** Which console; not given: the one that there is. */
  readonly type?: "vnc" | "spice";
  /** Not given: made up. */
  readonly value?: string | undefined;
  readonly validSeconds?: number | undefined;
}

export interface Ticket {
  readonly value: string;
  readonly validSeconds: number;
}

/** Sets the password of a running VM's console, for a while. It is told to whoever asked, and kept nowhere. */
export async function setConsoleTicket(context: OpContext, asked: AskedTicket): Promise<Ticket> {
  const { vmId, value = newPassword(), validSeconds = VALID_SECONDS } = asked;
  await context.authorize("connect_to_vm", { type: "vm", id: vmId });
  refuseIf(attempt, problemsOf(value, validSeconds), "invalid");
  const vm = await getVm(context.db, vmId);
  const { hostId, status } = vm.run;
  if (hostId === undefined || !withConsole.has(status)) {
    throw new OperationRefused("conflict", attempt, [notRunning(status)]);
  }
  const type = consoleOf(vm, asked.type);
  const { actor, correlationId, signal } = context;
  const user = { id: actor.userId ?? "", name: actor.name };
  try {
    const talk = { calls: context.hosts.calls(hostId), signal, correlationId };
    await setOnHost(talk, vmId, { type, password: value, validSeconds, user });
  } catch (error) {
    if (!(error instanceof HostUnreachable)) throw error;
    throw new OperationRefused("conflict", attempt, ["Its Host does not answer."]);
  }
  await transaction(context.db, (tx) =>
    announce(tx, context.clock, { name: "vmTicketSet", ...byActor(context), vm: subject(vm) }),
  );
  return { value, validSeconds };
}

/** @throws OperationRefused */
function consoleOf({ run, hardware }: Vm, wanted: AskedTicket["type"]): "vnc" | "spice" {
  const there = run.displays.length > 0 ? run.displays.map(({ type }) => type) : [hardware.display];
  const found = there.find((type) => type !== "none" && (wanted === undefined || type === wanted));
  if (found === undefined || found === "none") {
    throw new OperationRefused("conflict", attempt, [`The VM has no ${wanted ?? "graphics"} console.`]);
  }
  return found;
}

function problemsOf(value: string, validSeconds: number): string[] {
  return [
    ...(/^[\x21-\x7e]+$/.test(value) ? [] : ["The ticket's value must be of visible ASCII characters."]),
    ...(value.length > VNC_CHARACTERS ? [`A console's password has ${VNC_CHARACTERS} characters at most.`] : []),
    ...(validSeconds >= 1 && validSeconds <= VALID_SECONDS_MAX
      ? []
      : [`The ticket's expiry must be from 1 to ${VALID_SECONDS_MAX} seconds.`]),
  ];
}

function newPassword(): string {
  return Array.from({ length: VNC_CHARACTERS }, () => alphabet[randomInt(alphabet.length)]).join("");
}
