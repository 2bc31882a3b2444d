import { optional } from "../optional.ts";
import type { DirectBoot, Firmware, SystemInfo, VmDefinition } from "../vm-definition.ts";
import { attributeOf, element, findChild, findText, listChildren, type XmlElement } from "../xml/element.ts";

export function formatOs({ machine, firmware, directBoot, sysinfo }: VmDefinition): XmlElement {
  return element("os", { firmware: firmware.kind === "uefi" ? "efi" : undefined }, [
    element("type", { arch: "x86_64", machine }, ["hvm"]),
    ...formatFirmware(firmware),
    ...(directBoot === undefined ? [] : formatDirectBoot(directBoot)),
    // SeaBIOS then shows its messages on the serial console too.
    firmware.kind === "bios" ? element("bios", { useserial: "yes" }) : undefined,
    sysinfo === undefined ? undefined : element("smbios", { mode: "sysinfo" }),
  ]);
}

function formatFirmware(firmware: Firmware): XmlElement[] {
  switch (firmware.kind) {
    case "bios":
      return [];
    case "uefi": {
      // Keys that are enrolled make secure boot real: without them the firmware starts anything.
      const enabled = firmware.secureBoot ? "yes" : "no";
      const features = ["enrolled-keys", "secure-boot"].map((name) => element("feature", { enabled, name }));
      return [element("firmware", {}, features)];
    }
    case "uefi-files": {
      const { loaderPath, nvramTemplatePath, nvramPath, secureBoot } = firmware;
      const secure = secureBoot ? "yes" : "no";
      const nvram = element("nvram", { template: nvramTemplatePath }, [nvramPath]);
      const needsNvram = nvramTemplatePath !== undefined || nvramPath !== undefined;
      return [
        element("loader", { readonly: "yes", secure, type: "pflash" }, [loaderPath]),
        ...(needsNvram ? [nvram] : []),
      ];
    }
  }
}

export function readFirmware(os: XmlElement | undefined): Firmware {
  if (attributeOf(os, "firmware") === "efi") {
    const secureBoot = listChildren(findChild(os, "firmware"), "feature").some(
      (feature) => attributeOf(feature, "name") === "secure-boot" && attributeOf(feature, "enabled") === "yes",
    );
    return { kind: "uefi", secureBoot };
  }
  const loader = findChild(os, "loader");
  if (loader === undefined || attributeOf(loader, "type") !== "pflash") return { kind: "bios" };
  const nvramTemplatePath = attributeOf(findChild(os, "nvram"), "template");
  const nvramPath = findText(os, "nvram");
  return {
    kind: "uefi-files",
    secureBoot: attributeOf(loader, "secure") === "yes",
    loaderPath: findText(os, "loader") ?? "",
    ...optional("nvramTemplatePath", nvramTemplatePath),
    ...(nvramPath !== undefined && nvramPath !== "" && { nvramPath }),
  };
}

function formatDirectBoot({ kernelPath, initrdPath, commandLine }: DirectBoot): XmlElement[] {
  return [
    element("kernel", {}, [kernelPath]),
    ...(initrdPath === undefined ? [] : [element("initrd", {}, [initrdPath])]),
    ...(commandLine === undefined ? [] : [element("cmdline", {}, [commandLine])]),
  ];
}

export function readDirectBoot(os: XmlElement | undefined): DirectBoot | undefined {
  const kernelPath = findText(os, "kernel");
  if (kernelPath === undefined) return undefined;
  const initrdPath = findText(os, "initrd");
  const commandLine = findText(os, "cmdline");
  return {
    kernelPath,
    ...optional("initrdPath", initrdPath),
    ...optional("commandLine", commandLine),
  };
}

export function formatSystemInfo(sysinfo: SystemInfo, vmId: string): XmlElement {
  const entry = (name: string, value: string | undefined): XmlElement | undefined =>
    value === undefined ? undefined : element("entry", { name }, [value]);
  return element("sysinfo", { type: "smbios" }, [
    element("system", {}, [
      entry("manufacturer", sysinfo.manufacturer),
      entry("product", sysinfo.product),
      entry("version", sysinfo.version),
      entry("serial", sysinfo.serial),
      // libvirt refuses a document in which this and the domain's own id differ.
      entry("uuid", vmId),
      entry("family", sysinfo.family),
    ]),
  ]);
}

export function readSystemInfo(from: XmlElement | undefined): SystemInfo | undefined {
  if (from === undefined) return undefined;
  const entries = listChildren(findChild(from, "system"), "entry");
  const find = (name: string): string | undefined => {
    const entry = entries.find((candidate) => attributeOf(candidate, "name") === name);
    return entry === undefined ? undefined : findText(entry);
  };
  const [version, serial, family] = [find("version"), find("serial"), find("family")];
  return {
    manufacturer: find("manufacturer") ?? "",
    product: find("product") ?? "",
    ...optional("version", version),
    ...optional("serial", serial),
    ...optional("family", family),
  };
}
