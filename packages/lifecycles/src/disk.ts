import { lifecycle } from "./lifecycle.ts";

/** `illegal`: nobody may use its content until it is known what is in it. */
export type DiskStatus = "ok" | "locked" | "illegal";

export type DiskEvent = "lock" | "unlock" | "doubt" | "remove";

export const diskLifecycle = lifecycle<DiskStatus, DiskEvent>("disk", {
  ok: { lock: "locked", doubt: "illegal", remove: "locked" },
  locked: { unlock: "ok", doubt: "illegal" },
  illegal: { remove: "locked" },
});
