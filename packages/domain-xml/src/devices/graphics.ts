import { optional } from "../optional.ts";
import { attributeOf, element, findChild, type XmlElement } from "../xml/element.ts";
import { type Device, formatAlias, readAlias } from "./device.ts";

/** A VNC display. libvirt chooses the port (5900 and up) unless one is given. */
export interface Graphics extends Device {
  readonly kind: "vnc";
  readonly listen: GraphicsListen;
  readonly port?: number;
  readonly password?: string;
  /** UTC without a zone, as libvirt wants it: "2026-11-22T10:00:00". */
  readonly passwordValidTo?: string;
  readonly keymap?: string;
}

export type GraphicsListen =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "network"; readonly network: string }
  | { readonly kind: "socket"; readonly path?: string };

export function formatGraphics(graphics: Graphics): XmlElement {
  const hasPort = graphics.listen.kind !== "socket";
  return element(
    "graphics",
    {
      type: graphics.kind,
      port: hasPort ? (graphics.port ?? -1) : undefined,
      autoport: hasPort ? (graphics.port === undefined ? "yes" : "no") : undefined,
      keymap: graphics.keymap,
      passwd: graphics.password,
      passwdValidTo: graphics.passwordValidTo,
    },
    [formatListen(graphics.listen), formatAlias(graphics)],
  );
}

function formatListen(listen: GraphicsListen): XmlElement {
  switch (listen.kind) {
    case "address":
      return element("listen", { type: "address", address: listen.address });
    case "network":
      return element("listen", { type: "network", network: listen.network });
    case "socket":
      return element("listen", { type: "socket", socket: listen.path });
  }
}

export function readGraphics(from: XmlElement): Graphics | undefined {
  const listen = readListen(from);
  if (attributeOf(from, "type") !== "vnc" || listen === undefined) return undefined;
  const port = readPort(from, "port");
  const password = attributeOf(from, "passwd");
  const passwordValidTo = attributeOf(from, "passwdValidTo");
  const keymap = attributeOf(from, "keymap");
  return {
    kind: "vnc",
    listen,
    ...(port !== undefined && attributeOf(from, "autoport") !== "yes" && { port }),
    ...optional("password", password),
    ...optional("passwordValidTo", passwordValidTo),
    ...optional("keymap", keymap),
    ...readAlias(from),
  };
}

/** A port that is really there: -1 is how libvirt says that it has none yet. */
export function readPort(graphics: XmlElement, name: "port" | "tlsPort"): number | undefined {
  const port = Number(attributeOf(graphics, name) ?? -1);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

function readListen(graphics: XmlElement): GraphicsListen | undefined {
  const listen = findChild(graphics, "listen");
  const address = attributeOf(listen, "address");
  const network = attributeOf(listen, "network");
  const path = attributeOf(listen, "socket");
  switch (attributeOf(listen, "type") ?? "") {
    case "address":
      return address === undefined ? undefined : { kind: "address", address };
    case "network":
      return network === undefined ? undefined : { kind: "network", network };
    case "socket":
      return { kind: "socket", ...optional("path", path) };
    default:
      return undefined;
  }
}
