import type { Cdrom, GraphicsConsole, Watchdog as RestWatchdog } from "@yagura/rest-model";
import type { DiskId } from "@yagura/std/ids.ts";
import type { Watchdog } from "../../domain/vm/vm-hardware.ts";
import type { Links, Reference } from "../links.ts";

/** What has the device: where it is in the API, and as which member a device refers to it. */
export interface DeviceOwner {
  readonly member: "vm" | "template" | "instance_type";
  readonly path: "vms" | "templates" | "instancetypes";
  readonly id: string;
}

/** The id of a console is its protocol in hex, as oVirt has it: clients compute it ("vnc" is 766e63). */
export function renderConsole(protocol: "vnc", owner: DeviceOwner, links: Links): GraphicsConsole {
  const id = Buffer.from(protocol).toString("hex");
  return { ...links.ref(owner.path, owner.id, "graphicsconsoles", id), protocol, ...ownerOf(owner, links) };
}

/** There is one at most: it has the id of what has it. */
export function renderWatchdog({ model, action }: Watchdog, owner: DeviceOwner, links: Links): RestWatchdog {
  return {
    ...links.ref(owner.path, owner.id, "watchdogs", owner.id),
    model,
    action,
    ...ownerOf(owner, links),
  };
}

/** oVirt's id of the one CD drive that everything has: clients do not ask for it. */
export const cdromId = "00000000-0000-0000-0000-000000000000";

/** The drive, and in it a disk by its id. */
export function renderCdrom(diskId: DiskId | "none", owner: DeviceOwner, links: Links): Cdrom {
  return {
    ...links.ref(owner.path, owner.id, "cdroms", cdromId),
    ...(diskId !== "none" && { file: { id: diskId } }),
    ...ownerOf(owner, links),
  };
}

function ownerOf({ member, path, id }: DeviceOwner, links: Links): { [member: string]: Reference } {
  return { [member]: links.ref(path, id) };
}
