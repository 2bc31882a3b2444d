import type { HostFilter } from "../host-view.ts";

export const isUp: HostFilter = (_, host) => (host.isUp ? undefined : "is not up");
