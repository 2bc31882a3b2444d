import { optional } from "../optional.ts";
import { attributeOf, element, findChild, type XmlElement } from "../xml/element.ts";
import { type Device, formatAlias, readAlias } from "./device.ts";

/** The first serial port, which is the console too. */
export interface SerialConsole extends Device {
  readonly backend: { readonly kind: "pty" } | { readonly kind: "unix"; readonly path: string };
  /** Everything the guest prints is also appended to this file, by virtlogd. */
  readonly logPath?: string;
}

/** A serial port and the console on it: libvirt keeps the same device in two elements. */
export function formatConsole(console: SerialConsole): XmlElement[] {
  const { backend, logPath } = console;
  const source = backend.kind === "unix" ? element("source", { mode: "bind", path: backend.path }) : undefined;
  const log = logPath === undefined ? undefined : element("log", { file: logPath, append: "on" });
  return [
    element("serial", { type: backend.kind }, [
      source,
      log,
      element("target", { type: "isa-serial", port: 0 }),
      formatAlias(console),
    ]),
    element("console", { type: backend.kind }, [source, log, element("target", { type: "serial", port: 0 })]),
  ];
}

export function readConsole(devices: XmlElement): SerialConsole | undefined {
  const serial = findChild(devices, "serial");
  if (serial === undefined) return undefined;
  const path = attributeOf(findChild(serial, "source"), "path") ?? "";
  const logPath = attributeOf(findChild(serial, "log"), "file");
  const backend =
    attributeOf(serial, "type") === "unix" ? ({ kind: "unix", path } as const) : ({ kind: "pty" } as const);
  return { backend, ...optional("logPath", logPath), ...readAlias(serial) };
}
