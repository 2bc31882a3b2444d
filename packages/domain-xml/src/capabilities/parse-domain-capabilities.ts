import { optional } from "../optional.ts";
import { attributeOf, findChild, findText, listChildren, textOf, type XmlElement } from "../xml/element.ts";
import { parseXml } from "../xml/parse-xml.ts";

/** What guests of one machine type can have: `virConnectGetDomainCapabilities`. */
export interface DomainCapabilities {
  readonly emulatorPath: string;
  readonly domainType: string;
  readonly machine: string;
  readonly arch: string;
  readonly vcpusMax?: number;
  /** "bios", "efi": what `<os firmware=…>` may say. */
  readonly firmwares: readonly string[];
  readonly loaderPaths: readonly string[];
  readonly hasSecureBoot: boolean;
  readonly cpu: CpuCapabilities;
  /** By device ("disk", "graphics", "video", "rng", "tpm", …), then by property: the values that are possible. */
  readonly devices: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface CpuCapabilities {
  /** The modes this host can do: "host-passthrough", "maximum", "host-model", "custom". */
  readonly modes: readonly string[];
  /** What "host-model" comes down to. */
  readonly hostModel?: HostModel;
  readonly models: readonly { readonly name: string; readonly isUsable: boolean }[];
}

export interface HostModel {
  readonly name: string;
  readonly vendor?: string;
  readonly requiredFeatures: readonly string[];
  readonly disabledFeatures: readonly string[];
}

/** @throws InvalidXml */
export function parseDomainCapabilitiesXml(text: string): DomainCapabilities {
  const root = parseXml(text);
  const os = findChild(root, "os");
  const loader = findChild(os, "loader");
  const vcpusMax = attributeOf(findChild(root, "vcpu"), "max");
  return {
    emulatorPath: findText(root, "path") ?? "",
    domainType: findText(root, "domain") ?? "",
    machine: findText(root, "machine") ?? "",
    arch: findText(root, "arch") ?? "",
    ...optional("vcpusMax", vcpusMax === undefined ? undefined : Number(vcpusMax)),
    firmwares: readEnums(os)["firmware"] ?? [],
    loaderPaths: listChildren(loader, "value").map(textOf),
    hasSecureBoot: readEnums(loader)["secure"]?.includes("yes") ?? false,
    cpu: readCpu(findChild(root, "cpu")),
    devices: Object.fromEntries(
      listChildren(findChild(root, "devices"))
        .filter((device) => attributeOf(device, "supported") !== "no")
        .map((device) => [device.name, readEnums(device)]),
    ),
  };
}

function readEnums(parent: XmlElement | undefined): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    listChildren(parent, "enum").map((known) => [
      attributeOf(known, "name") ?? "",
      listChildren(known, "value").map(textOf),
    ]),
  );
}

function readCpu(cpu: XmlElement | undefined): CpuCapabilities {
  const modes = listChildren(cpu, "mode").filter((mode) => attributeOf(mode, "supported") === "yes");
  const find = (name: string): XmlElement | undefined => modes.find((mode) => attributeOf(mode, "name") === name);
  return {
    modes: modes.flatMap((mode) => attributeOf(mode, "name") ?? []),
    ...optional("hostModel", readHostModel(find("host-model"))),
    models: listChildren(find("custom"), "model").map((model) => ({
      name: textOf(model),
      isUsable: attributeOf(model, "usable") === "yes",
    })),
  };
}

function readHostModel(mode: XmlElement | undefined): HostModel | undefined {
  const name = findText(mode, "model");
  if (name === undefined) return undefined;
  const features = (policy: string): string[] =>
    listChildren(mode, "feature")
      .filter((feature) => attributeOf(feature, "policy") === policy)
      .flatMap((feature) => attributeOf(feature, "name") ?? []);
  return {
    name,
    ...optional("vendor", findText(mode, "vendor")),
    requiredFeatures: features("require"),
    disabledFeatures: features("disable"),
  };
}
