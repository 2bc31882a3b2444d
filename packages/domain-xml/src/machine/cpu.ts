import type { CpuDefinition, CpuFeature, CpuModel } from "../vm-definition.ts";
import { attributeOf, element, findChild, findText, listChildren, textOf, type XmlElement } from "../xml/element.ts";
import { oneOf } from "../xml/one-of.ts";

/** `<vcpu>` and `<cpu>`. Sockets that may be plugged in later count in the topology, not in `current`. */
export function formatCpu(cpu: CpuDefinition): XmlElement[] {
  const sockets = cpu.socketsMax ?? cpu.sockets;
  const perSocket = cpu.cores * cpu.threads;
  const current = cpu.sockets === sockets ? undefined : cpu.sockets * perSocket;
  const topology = element("topology", { sockets, dies: 1, cores: cpu.cores, threads: cpu.threads });
  const features = (cpu.features ?? []).map(({ name, policy }) => element("feature", { policy, name }));
  return [
    element("vcpu", { placement: "static", current }, [sockets * perSocket]),
    cpu.model.mode === "custom"
      ? element("cpu", { mode: "custom", match: "exact", check: "partial" }, [
          element("model", { fallback: "forbid" }, [cpu.model.name]),
          topology,
          ...features,
        ])
      : element("cpu", { mode: cpu.model.mode, check: cpu.model.mode === "host-model" ? "partial" : "none" }, [
          topology,
          ...features,
        ]),
  ];
}

/** `undefined` without a topology or with a mode that we do not write. */
export function readCpu(domain: XmlElement): CpuDefinition | undefined {
  const cpu = findChild(domain, "cpu");
  const topology = findChild(cpu, "topology");
  const model = readModel(cpu);
  if (topology === undefined || model === undefined) return undefined;
  const number = (name: string): number => Number(attributeOf(topology, name) ?? 1);
  const [socketsMax, cores, threads] = [number("sockets") * number("dies"), number("cores"), number("threads")];
  const current = attributeOf(findChild(domain, "vcpu"), "current");
  const sockets = current === undefined ? socketsMax : Number(current) / (cores * threads);
  const features = listChildren(cpu, "feature").flatMap((feature) => readFeature(feature) ?? []);
  return {
    model,
    sockets,
    cores,
    threads,
    ...(sockets !== socketsMax && { socketsMax }),
    ...(features.length > 0 && { features }),
  };
}

function readModel(cpu: XmlElement | undefined): CpuModel | undefined {
  const mode = oneOf(attributeOf(cpu, "mode"), ["host-passthrough", "host-model", "maximum", "custom"]);
  if (mode !== "custom") return mode === undefined ? undefined : { mode };
  const name = findText(cpu, "model");
  return name === undefined ? undefined : { mode, name };
}

function readFeature(feature: XmlElement): CpuFeature | undefined {
  const name = attributeOf(feature, "name");
  const policy = oneOf(attributeOf(feature, "policy"), ["require", "optional", "disable", "forbid", "force"]);
  return name === undefined || policy === undefined ? undefined : { name, policy };
}

/** How many virtual CPUs the guest has now. */
export function readVcpuCount(domain: XmlElement): number {
  const vcpu = findChild(domain, "vcpu");
  return Number(attributeOf(vcpu, "current") ?? textOf(vcpu));
}
