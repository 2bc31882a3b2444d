import type { LibvirtSpec } from "./spec.ts";

/** libvirt's enumerations under its own names, each value a constant; and names for error numbers. */
export function emitConstants({ constants }: LibvirtSpec): string {
  const groups = Object.entries(constants.enumerations).map(([name, values]) =>
    [`// ${name}`, ...Object.entries(values).map(([key, value]) => `export const ${key} = ${value};`), ""].join("\n"),
  );
  return [...groups, namesOf("errorCodeNames", "virErrorNumber"), namesOf("errorDomainNames", "virErrorDomain")].join(
    "\n",
  );

  function namesOf(name: string, enumeration: string): string {
    const rows = Object.entries(constants.enumerations[enumeration] ?? {}).map(
      ([key, value]) => `  [${value}, "${key}"],\n`,
    );
    return `export const ${name}: ReadonlyMap<number, string> = new Map([\n${rows.join("")}]);\n`;
  }
}

/** The packet: limits, types, statuses, and the program numbers. */
export function emitNet({ net, keepalive, remote, qemu }: LibvirtSpec): string {
  const object = (name: string, values: Readonly<Record<string, number>>): string =>
    `export const ${name} = {\n${Object.entries(values)
      .map(([key, value]) => `  ${key}: ${value},\n`)
      .join("")}} as const;\n`;
  return [
    object("netLimits", net.limits),
    object("packetTypes", net.packetTypes),
    object("packetStatuses", net.packetStatuses),
    object("programs", {
      remote: remote.program.number,
      qemu: qemu.program.number,
      keepalive: keepalive.program.number,
    }),
    object("keepaliveMessages", keepalive.messages),
  ].join("\n");
}
