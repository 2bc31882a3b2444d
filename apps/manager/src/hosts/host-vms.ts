// What the Manager asks of a host's guests, in our words.

import type { AgentCalls } from "@yagura/agent-protocol";
import type { VmId } from "@yagura/std/ids.ts";
import { isFault } from "./agent-errors.ts";

export interface VmTalk {
  readonly calls: AgentCalls;
  readonly signal: AbortSignal;
  readonly correlationId?: string;
}

/** Whether the host has such a guest: running, or ended and not forgotten yet. */
export async function isVmOnHost({ calls, signal }: VmTalk, vmId: VmId): Promise<boolean> {
  try {
    await calls.VM.getStats({ vmID: vmId }, { signal });
    return true;
  } catch (error) {
    if (isFault(error, "NoSuchVM")) return false;
    throw error;
  }
}

/** Makes the host forget a guest that has ended. One that lives is left alone. */
export async function ensureEndedVmForgotten(talk: VmTalk, vmId: VmId): Promise<void> {
  try {
    const [stats] = await talk.calls.VM.getStats({ vmID: vmId }, { signal: talk.signal });
    if (stats?.status === "Down") await ensureVmGone(talk, vmId);
  } catch (error) {
    if (!isFault(error, "NoSuchVM")) throw error;
  }
}

export interface GuestToStart {
  readonly vmId: VmId;
  readonly name: string;
  readonly domainXml: string;
  readonly isPaused: boolean;
}

/**
 * Starts the guest, unless the host has it already: an answer that was lost is looked up, not asked for again.
 * Problems of the start itself come later, as a guest that is down.
 */
export async function ensureVmCreated(talk: VmTalk, guest: GuestToStart): Promise<void> {
  if (await isVmOnHost(talk, guest.vmId)) return;
  try {
    await talk.calls.VM.create(
      {
        vmID: guest.vmId,
        vmParams: {
          vmId: guest.vmId,
          vmName: guest.name,
          xml: guest.domainXml,
          ...(guest.isPaused && { launchPaused: true }),
        },
      },
      { signal: talk.signal, ...(talk.correlationId !== undefined && { correlationId: talk.correlationId }) },
    );
  } catch (error) {
    if (!isFault(error, "VMExists")) throw error;
  }
}

/** Ends the guest at once; also makes the host forget one that has ended. */
export async function ensureVmGone({ calls, signal, correlationId }: VmTalk, vmId: VmId): Promise<void> {
  try {
    await calls.VM.destroy({ vmID: vmId }, { signal, timeoutMs: 120_000, correlationId });
  } catch (error) {
    if (!isFault(error, "NoSuchVM")) throw error;
  }
}

export interface ShutdownWish {
  readonly reboots: boolean;
  /** After so long without the guest doing it, it is ended (or reset) by force; absent: never. */
  readonly forceAfterSeconds?: number;
}

/** Asks the guest itself, through its agent and its power button. */
export async function shutDownVm(
  { calls, signal, correlationId }: VmTalk,
  vmId: VmId,
  wish: ShutdownWish,
): Promise<void> {
  await calls.VM.shutdown(
    {
      vmID: vmId,
      delay: 0,
      message: wish.reboots ? "The administrator reboots this machine." : "The administrator shuts this machine down.",
      reboot: wish.reboots,
      timeout: wish.forceAfterSeconds ?? 30,
      force: wish.forceAfterSeconds !== undefined,
    },
    { signal, correlationId },
  );
}

export interface ConsoleTicket {
  readonly type: "vnc" | "spice";
  readonly password: string;
  readonly validSeconds: number;
  /** Who will open the console. */
  readonly user: { readonly id: string; readonly name: string };
}

/** Lets whoever knows the password open the guest's console for a while. Who has it open keeps it. */
export async function setConsoleTicket(
  { calls, signal, correlationId }: VmTalk,
  vmId: VmId,
  { type, password, validSeconds, user }: ConsoleTicket,
): Promise<void> {
  const params = {
    deviceType: "graphics",
    graphicsType: type,
    password,
    ttl: validSeconds,
    existingConnAction: "keep",
    params: { userId: user.id, userName: user.name },
  } as const;
  await calls.VM.updateDevice({ vmID: vmId, params }, { signal, correlationId });
}

export async function resetVm({ calls, signal, correlationId }: VmTalk, vmId: VmId): Promise<void> {
  await calls.VM.reset({ vmID: vmId }, { signal, correlationId });
}

/** Lets a paused guest go on. One that still cannot, because its storage is broken, is paused again. */
export async function resumeVm({ calls, signal, correlationId }: VmTalk, vmId: VmId): Promise<void> {
  await calls.VM.cont({ vmID: vmId }, { signal, correlationId });
}
