import { guestInfoBits } from "./hypervisor.ts";

/** What a guest agent is asked, and how often. vdsm lib/vdsm/virt/qemuguestagent.py, config.py */
export type GuestQuery = "capabilities" | "system" | "users" | "fileSystems" | "vcpus";

const periodsMs: Readonly<Record<GuestQuery, number>> = {
  capabilities: 300_000,
  system: 120_000,
  users: 10_000,
  fileSystems: 300_000,
  vcpus: 60_000,
};
/** While the guest boots its addresses change: everything is asked this often for the first two minutes. */
const EARLY_PERIOD_MS = 10_000;
const EARLY_MS = 120_000;
/** A guest that does not answer is asked less and less often. */
const BACK_OFF_MS_MIN = 5_000;
const BACK_OFF_MS_MAX = 60_000;

export interface GuestPollView {
  readonly nowMs: number;
  /** When the guest agent connected, on the same clock. */
  readonly connectedAtMs: number;
  readonly askedAtMs: Readonly<Partial<Record<GuestQuery, number>>>;
  readonly failures: number;
  readonly failedAtMs: number;
}

/** What is due to be asked of a guest now. Nothing while it is being left alone after failures. */
export function decideGuestQueries(view: GuestPollView): GuestQuery[] {
  const { nowMs, connectedAtMs, askedAtMs, failures, failedAtMs } = view;
  const backOffMs = Math.min(BACK_OFF_MS_MIN * 2 ** (failures - 1), BACK_OFF_MS_MAX);
  if (failures > 0 && nowMs - failedAtMs < backOffMs) return [];
  const isEarly = nowMs - connectedAtMs < EARLY_MS;
  return (Object.keys(periodsMs) as GuestQuery[]).filter((query) => {
    const asked = askedAtMs[query];
    if (asked === undefined) return true;
    const periodMs =
      isEarly && query !== "capabilities" ? Math.min(EARLY_PERIOD_MS, periodsMs[query]) : periodsMs[query];
    return nowMs - asked >= periodMs;
  });
}

const commandsOf: Readonly<Record<keyof typeof guestInfoBits, string>> = {
  users: "guest-get-users",
  os: "guest-get-osinfo",
  timezone: "guest-get-timezone",
  hostName: "guest-get-host-name",
  fileSystems: "guest-get-fsinfo",
  nics: "guest-network-get-interfaces",
};

const partsOf: Readonly<Record<GuestQuery, readonly (keyof typeof guestInfoBits)[]>> = {
  capabilities: [],
  system: ["os", "timezone", "hostName", "nics"],
  users: ["users"],
  fileSystems: ["fileSystems"],
  vcpus: [],
};

/** libvirt's bits for these queries, without what this guest's agent cannot do: one refusal would spoil the whole answer. */
export function guestInfoBitsOf(queries: readonly GuestQuery[], supported: ReadonlySet<string>): number {
  return queries
    .flatMap((query) => partsOf[query])
    .filter((part) => supported.has(commandsOf[part]))
    .reduce((bits, part) => bits | guestInfoBits[part], 0);
}
