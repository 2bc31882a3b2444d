import type { InstanceType as RestInstanceType, Nic as RestNic } from "@yagura/rest-model";
import type { InstanceNic, InstanceType } from "../../domain/instance-type/instance-type.ts";
import type { Links } from "../links.ts";
import { renderDate } from "./common.ts";
import { renderHardware } from "./hardware.ts";

/** Of its hardware only what belongs to a size. */
export function renderInstanceType(type: InstanceType, links: Links): RestInstanceType {
  const hardware = renderHardware("server", type.hardware, true);
  return {
    ...links.of("instance_type", "instancetypes", type.id),
    name: type.name,
    description: type.description,
    comment: type.comment,
    console: hardware.console,
    cpu: hardware.cpu,
    cpu_shares: hardware.cpu_shares,
    creation_time: renderDate(type.createdAtMs),
    ...(hardware.display !== undefined && { display: hardware.display }),
    high_availability: hardware.high_availability,
    io: hardware.io,
    memory: hardware.memory,
    memory_policy: hardware.memory_policy,
    os: { boot: { devices: [...type.hardware.bootDevices] } },
    ...(hardware.rng_device !== undefined && { rng_device: hardware.rng_device }),
    soundcard_enabled: hardware.soundcard_enabled,
    status: "ok",
  };
}

export function renderInstanceNic({ id: typeId }: InstanceType, nic: InstanceNic, links: Links): RestNic {
  return {
    ...links.of("instance_type_nic", "instancetypes", typeId, "nics", nic.id),
    name: nic.name,
    interface: nic.interface,
    linked: true,
    plugged: true,
    instance_type: links.ref("instancetypes", typeId),
  };
}
