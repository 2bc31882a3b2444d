import { readFile } from "node:fs/promises";
import { findChild, findText, listChildren, parseXml } from "@yagura/domain-xml";
import { findUserName, parseGroupsOf } from "../monitoring/proc-files.ts";
import type { QemuUser } from "./disk-access.ts";

/** The user and group, by numbers, that libvirt runs QEMU as; `undefined`: libvirt changes neither users nor labels. */
export function findQemuUser(
  capabilitiesXml: string,
  domainType: "kvm" | "qemu",
): { uid: number; gid: number } | undefined {
  const models = listChildren(findChild(parseXml(capabilitiesXml), "host"), "secmodel");
  const dac = models.find((model) => findText(model, "model") === "dac");
  const labels = listChildren(dac, "baselabel");
  const label = labels.find((one) => one.attributes.get("type") === domainType) ?? labels[0];
  const match = /^\+(\d+):\+(\d+)$/.exec(findText(label) ?? "");
  return match === null ? undefined : { uid: Number(match[1]), gid: Number(match[2]) };
}

/** The same, with the supplementary groups that the user has on this host. */
export async function readQemuUser(capabilitiesXml: string, domainType: "kvm" | "qemu"): Promise<QemuUser | undefined> {
  const user = findQemuUser(capabilitiesXml, domainType);
  if (user === undefined) return undefined;
  const [passwd, groups] = await Promise.all([readFile("/etc/passwd", "utf8"), readFile("/etc/group", "utf8")]);
  const name = findUserName(user.uid, passwd);
  return { ...user, groups: name === undefined ? [] : parseGroupsOf(name, groups) };
}
