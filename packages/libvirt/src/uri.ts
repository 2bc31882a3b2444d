import type { Endpoint, TlsOptions } from "./transport/dial.ts";

const TLS_PORT = 16_514;
const TCP_PORT = 16_509;

export class BadLibvirtUri extends Error {
  override readonly name = "BadLibvirtUri";
}

/** Where to connect, and what to ask the daemon there to open. Of a local daemon, the sockets to try in turn. */
export interface Target {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
}

export interface TargetOptions {
  readonly socketPath?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  /** The system's daemon has a socket of its own for readers, which any user may open. */
  readonly readOnly?: boolean | undefined;
  /** The caller's own user id and run-time directory, for the sockets of `qemu:///session`. */
  readonly uid: number;
  readonly runtimeDirectory: string;
}

/**
 * Reads a libvirt URI: `qemu:///system`, `test:///default`, `qemu+unix:///system?socket=/path`, `qemu+tls://host/system`,
 * `qemu+tcp://host:16509/system`. As in libvirt, a host without a transport means TLS.
 * @throws BadLibvirtUri
 */
export function parseLibvirtUri(uri: string, options: TargetOptions): Target {
  const parsed = URL.parse(uri);
  if (parsed === null) throw new BadLibvirtUri(`not a URI: ${JSON.stringify(uri.slice(0, 200))}`);
  const [driver = "", transport = parsed.hostname === "" ? "unix" : "tls"] = parsed.protocol.slice(0, -1).split("+");
  const name = `${driver}://${parsed.pathname}${queryWithout(parsed, ["socket", "no_verify", "pkipath"])}`;
  switch (transport) {
    case "unix":
      return { name, endpoints: socketsOf(driver, parsed, options).map((path) => ({ kind: "unix", path })) };
    case "tcp":
      return { name, endpoints: [{ kind: "tcp", ...addressOf(parsed, TCP_PORT) }] };
    case "tls":
      return { name, endpoints: [{ kind: "tls", ...addressOf(parsed, TLS_PORT), tls: options.tls ?? {} }] };
    default:
      throw new BadLibvirtUri(`the transport ${JSON.stringify(transport)} is not supported: unix, tls and tcp are`);
  }
}

/** The monolithic daemon (or its proxy) first, then the driver's own one, as newer distributions run it. */
function socketsOf(driver: string, { pathname, searchParams }: URL, options: TargetOptions): string[] {
  const given = options.socketPath ?? searchParams.get("socket");
  if (given !== null) return [given];
  const isSession = pathname === "/session" || (options.uid !== 0 && pathname !== "/system");
  const directory = isSession ? `${options.runtimeDirectory}/libvirt` : "/var/run/libvirt";
  const kind = options.readOnly === true && !isSession ? "sock-ro" : "sock";
  return [`libvirt-${kind}`, `virt${driver}d-${kind}`].map((file) => `${directory}/${file}`);
}

function addressOf({ hostname, port }: URL, defaultPort: number): { readonly host: string; readonly port: number } {
  if (hostname === "") throw new BadLibvirtUri("a remote URI needs a host");
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? defaultPort : Number(port) };
}

function queryWithout({ searchParams }: URL, own: readonly string[]): string {
  const kept = new URLSearchParams([...searchParams].filter(([key]) => !own.includes(key)));
  return kept.size === 0 ? "" : `?${kept}`;
}
