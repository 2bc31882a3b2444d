import { findChild, findText, listChildren, parseXml } from "@yagura/domain-xml";

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
