import { attributeOf, findChild, listChildren, type XmlElement } from "../xml/element.ts";

/** All devices of one kind in a domain: `listDevices(domain, "disk")`. */
export function listDevices(domain: XmlElement, kind: string): XmlElement[] {
  return listChildren(findChild(domain, "devices"), kind);
}

/** The disk or drive with this target name, such as "vda". */
export function findDisk(domain: XmlElement, target: string): XmlElement | undefined {
  return listDevices(domain, "disk").find((disk) => attributeOf(findChild(disk, "target"), "dev") === target);
}

/** The device of any kind with this alias. */
export function findDeviceByAlias(domain: XmlElement, alias: string): XmlElement | undefined {
  return listChildren(findChild(domain, "devices")).find(
    (device) => attributeOf(findChild(device, "alias"), "name") === alias,
  );
}

/** The interface with this MAC address, in either case. */
export function findNic(domain: XmlElement, mac: string): XmlElement | undefined {
  return listDevices(domain, "interface").find(
    (nic) => attributeOf(findChild(nic, "mac"), "address")?.toLowerCase() === mac.toLowerCase(),
  );
}
