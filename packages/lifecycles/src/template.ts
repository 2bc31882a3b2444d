import { lifecycle } from "./lifecycle.ts";

export type TemplateStatus = "ok" | "locked" | "illegal";

export type TemplateEvent = "lock" | "unlock" | "doubt" | "remove";

export const templateLifecycle = lifecycle<TemplateStatus, TemplateEvent>("template", {
  ok: { lock: "locked", remove: "locked" },
  locked: { unlock: "ok", doubt: "illegal" },
  illegal: { remove: "locked" },
});
