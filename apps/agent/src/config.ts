import { z } from "zod";
import { findGuestNetwork } from "./network/guest-network.ts";

const port = z.int().min(0).max(65_535);

/** The file DIR/agent.json. Flags of the command line override it. */
const configSchema = z.strictObject({
  /** Where to listen. `::` takes IPv4 too, where the kernel has IPv6. */
  listenAddress: z.string().min(1).default("::"),
  port: port.default(54_321),
  libvirt: z
    .strictObject({
      uri: z.enum(["qemu:///system", "qemu:///session"]).default("qemu:///system"),
      /** Empty: where libvirt puts it. */
      socketPath: z.string().default(""),
    })
    .prefault({}),
  /** The name and address under which this host introduces itself; by default what the system says. */
  name: z.string().max(255).default(""),
  address: z.string().max(255).default(""),
  manager: z
    .strictObject({
      host: z.string().min(1),
      httpsPort: port.default(443),
      httpPort: port.default(80),
      caFingerprint: z.string().default(""),
      ticketFile: z.string().default(""),
    })
    .optional(),
  guestNetwork: z
    .string()
    .refine((text) => findGuestNetwork(text) !== undefined, "must be network:NAME, bridge:NAME or user")
    .default("network:yagura"),
  /** Where consoles of guests listen. */
  displayAddress: z.string().min(1).default("127.0.0.1"),
  /** The tree that oVirt has in /rhev/data-center; empty: below the data directory. */
  repository: z.string().default(""),
  /** Where the sanlock daemon listens, without which there is no shared storage; empty: where the system has it. */
  sanlockSocket: z.string().default(""),
  logLevel: z.enum(["debug", "info", "warn", "error"]).default("info"),
});

export type AgentConfig = z.infer<typeof configSchema>;

/** The configuration cannot be used; the message says which key and why. */
export class BadConfig extends Error {
  override readonly name = "BadConfig";
}

/**
 * Checks a configuration as it was read from a file; what is not in it has its default.
 * @throws BadConfig naming every key that is unknown or wrong.
 */
export function parseConfig(value: unknown, source: string): AgentConfig {
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const reasons = result.error.issues.map((issue) => {
    const where = issue.path.join(".");
    return where === "" ? issue.message : `${where}: ${issue.message}`;
  });
  throw new BadConfig(`${source} cannot be used: ${reasons.join("; ")}`);
}
