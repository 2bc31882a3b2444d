import type { StorageDomain } from "@yagura/rest-client";
import type { Way } from "../../wait/wait-until.ts";

type Status = StorageDomain["status"];

/** How far a domain is that should be in use. */
export function wayActive(status: Status): Way {
  const state = status?.replaceAll("_", " ") ?? "in an unknown status";
  if (status === "active") return { is: "there", state };
  return { is: status === "maintenance" || status === "unattached" ? "resting" : "moving", state };
}

/** How far a domain is that should be in maintenance. */
export function wayToMaintenance(status: Status): Way {
  const state = status?.replaceAll("_", " ") ?? "in an unknown status";
  if (status === "maintenance") return { is: "there", state };
  return { is: status === "active" || status === "inactive" ? "resting" : "moving", state };
}
