import { element, findChild, type XmlElement } from "../xml/element.ts";

/** What every device may have. */
export interface Device {
  /** libvirt's handle for the device. One that we choose must begin with `ua-`; see `userAlias`. */
  readonly alias?: string;
}

export interface BootableDevice extends Device {
  /** 1 is tried first; absent: not booted from. */
  readonly bootOrder?: number;
}

/** The alias of a device with this id. libvirt keeps aliases of users only when they begin with `ua-`. */
export function userAlias(deviceId: string): string {
  return `ua-${deviceId}`;
}

export function formatAlias(device: Device): XmlElement | undefined {
  return device.alias === undefined ? undefined : element("alias", { name: device.alias });
}

export function formatBootOrder(device: BootableDevice): XmlElement | undefined {
  return device.bootOrder === undefined ? undefined : element("boot", { order: device.bootOrder });
}

export function readAlias(from: XmlElement): Device {
  const alias = findChild(from, "alias")?.attributes.get("name");
  return alias === undefined ? {} : { alias };
}

export function readBootOrder(from: XmlElement): BootableDevice {
  const order = findChild(from, "boot")?.attributes.get("order");
  return order === undefined ? {} : { bootOrder: Number(order) };
}
