import { readAmountBytes } from "../machine/memory.ts";
import { optional } from "../optional.ts";
import { attributeOf, findChild, findText, listChildren, textOf, type XmlElement } from "../xml/element.ts";
import { parseXml } from "../xml/parse-xml.ts";

/** What libvirt says of a host: `virConnectGetCapabilities`. */
export interface Capabilities {
  /** libvirt's own id of the host. */
  readonly hostId?: string;
  readonly arch: string;
  readonly cpu: HostCpu;
  readonly numaCells: readonly NumaCell[];
  readonly securityModels: readonly string[];
  readonly guests: readonly GuestArchitecture[];
}

export interface HostCpu {
  readonly model?: string;
  readonly vendor?: string;
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
  readonly features: readonly string[];
}

export interface NumaCell {
  readonly cellId: number;
  readonly memoryBytes: number;
  readonly cpuIds: readonly number[];
}

export interface GuestArchitecture {
  readonly osType: string;
  readonly arch: string;
  readonly emulatorPath?: string;
  /** "qemu", and "kvm" where the host can. */
  readonly domainTypes: readonly string[];
  readonly machines: readonly GuestMachine[];
}

export interface GuestMachine {
  readonly name: string;
  /** What an alias such as "q35" stands for: "pc-q35-7.2". */
  readonly canonicalName?: string;
  readonly vcpusMax?: number;
}

/** @throws InvalidXml */
export function parseCapabilitiesXml(text: string): Capabilities {
  const root = parseXml(text);
  const host = findChild(root, "host");
  return {
    ...optional("hostId", findText(host, "uuid")),
    arch: findText(host, "cpu", "arch") ?? "",
    cpu: readHostCpu(findChild(host, "cpu")),
    numaCells: listChildren(findChild(host, "topology", "cells"), "cell").map(readCell),
    securityModels: listChildren(host, "secmodel").flatMap((model) => findText(model, "model") ?? []),
    guests: listChildren(root, "guest").map(readGuest),
  };
}

function readHostCpu(cpu: XmlElement | undefined): HostCpu {
  const topology = findChild(cpu, "topology");
  const count = (name: string): number => Number(attributeOf(topology, name) ?? 1);
  return {
    ...optional("model", findText(cpu, "model")),
    ...optional("vendor", findText(cpu, "vendor")),
    sockets: count("sockets"),
    cores: count("cores"),
    threads: count("threads"),
    features: listChildren(cpu, "feature").flatMap((feature) => attributeOf(feature, "name") ?? []),
  };
}

function readCell(cell: XmlElement): NumaCell {
  return {
    cellId: Number(attributeOf(cell, "id")),
    memoryBytes: readAmountBytes(findChild(cell, "memory")) ?? 0,
    cpuIds: listChildren(findChild(cell, "cpus"), "cpu").map((cpu) => Number(attributeOf(cpu, "id"))),
  };
}

function readGuest(guest: XmlElement): GuestArchitecture {
  const arch = findChild(guest, "arch");
  return {
    osType: findText(guest, "os_type") ?? "",
    arch: attributeOf(arch, "name") ?? "",
    ...optional("emulatorPath", findText(arch, "emulator")),
    domainTypes: listChildren(arch, "domain").flatMap((domain) => attributeOf(domain, "type") ?? []),
    machines: listChildren(arch, "machine").map((machine) => {
      const vcpusMax = attributeOf(machine, "maxCpus");
      return {
        name: textOf(machine),
        ...optional("canonicalName", attributeOf(machine, "canonical")),
        ...optional("vcpusMax", vcpusMax === undefined ? undefined : Number(vcpusMax)),
      };
    }),
  };
}
