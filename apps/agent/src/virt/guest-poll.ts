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
/** While the guest boots its addresses change: everything is asked this often for the first two minutes, */
const EARLY_PERIOD_MS = 10_000;
const EARLY_MS = 120_000;
/** and as long as it has no address, for which somebody waits, this often. */
const ADDRESSLESS_PERIOD_MS = 2_000;
/** A guest that does not answer is asked less and less often. */
const BACK_OFF_MS_MIN = 5_000;
const BACK_OFF_MS_MAX = 60_000;

export interface GuestPollView {
  readonly nowMs: number;
  /** When the guest agent connected, on the same clock. */
  readonly connectedAtMs: number;
  /** Whether somebody else could reach the guest by what it said so far. */
  readonly hasAddress: boolean;
  readonly askedAtMs: Readonly<Partial<Record<GuestQuery, number>>>;
  readonly failures: number;
  readonly failedAtMs: number;
}

/** What is due to be asked of a guest now. Nothing while it is being left alone after failures. */
export function decideGuestQueries(view: GuestPollView): GuestQuery[] {
  const { nowMs, askedAtMs, failures, failedAtMs } = view;
  const backOffMs = Math.min(BACK_OFF_MS_MIN * 2 ** (failures - 1), BACK_OFF_MS_MAX);
  if (failures > 0 && nowMs - failedAtMs < backOffMs) return [];
  return (Object.keys(periodsMs) as GuestQuery[]).filter((query) => {
    const asked = askedAtMs[query];
    return asked === undefined || nowMs - asked >= periodMs(query, view);
  });
}

function periodMs(query: GuestQuery, { nowMs, connectedAtMs, hasAddress }: GuestPollView): number {
  const isEarly = nowMs - connectedAtMs < EARLY_MS;
  if (!isEarly || query === "capabilities") return periodsMs[query];
  const early = query === "system" && !hasAddress ? ADDRESSLESS_PERIOD_MS : EARLY_PERIOD_MS;
  return Math.min(early, periodsMs[query]);
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
