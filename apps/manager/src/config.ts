import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as z from "zod";

const port = z.int().min(0).max(65_535);

const fileSchema = z.strictObject({
  listen: z.string().min(1).optional(),
  httpsPort: port.optional(),
  httpPort: port.optional(),
  adminPasswordFile: z.string().min(1).optional(),
  names: z.array(z.string().min(1)).max(50).optional(),
  logLevel: z.enum(["debug", "info", "warn", "error"]).optional(),
  database: z.strictObject({ postgres: z.string().min(1) }).optional(),
  domainGraceSeconds: z.int().min(1).max(3600).optional(),
});

/** What the Manager was told, complete. */
export interface Config {
  /** Everything that the Manager keeps on this machine. */
  readonly dataDirectory: string;
  readonly listen: string;
  /** 0: any that is free. */
  readonly httpsPort: number;
  readonly httpPort: number;
  /** The first password of admin@internal; written by the Manager if it is not there. */
  readonly adminPasswordFile: string;
  /** DNS names and addresses of the Manager, besides those of this machine. */
  readonly names: readonly string[];
  readonly logLevel: "debug" | "info" | "warn" | "error";
  /** Without: SQLite in the data directory. */
  readonly database?: { readonly postgres: string };
  /** A host that alone misses a storage domain for so long cannot be used until it sees it again. By default 60. */
  readonly domainGraceSeconds?: number;
}

/** The configuration cannot be used; the message says where and why. */
export class BadConfig extends Error {
  override readonly name = "BadConfig";
}

export interface Flags {
  readonly data: string;
  readonly config?: string;
  readonly httpsPort?: number;
  readonly httpPort?: number;
  readonly listen?: string;
  readonly adminPasswordFile?: string;
}

/** Flags, over the file, over defaults. @throws BadConfig */
export async function readConfig(flags: Flags): Promise<Config> {
  const dataDirectory = resolve(flags.data);
  const file = await readFileConfig(flags.config ?? join(dataDirectory, "manager.json"), flags.config !== undefined);
  return {
    dataDirectory,
    listen: flags.listen ?? file.listen ?? "::",
    httpsPort: flags.httpsPort ?? file.httpsPort ?? 443,
    httpPort: flags.httpPort ?? file.httpPort ?? 80,
    adminPasswordFile: resolve(
      flags.adminPasswordFile ?? file.adminPasswordFile ?? join(dataDirectory, "admin-password"),
    ),
    names: file.names ?? [],
    logLevel: file.logLevel ?? "info",
    ...(file.database !== undefined && { database: file.database }),
    ...(file.domainGraceSeconds !== undefined && { domainGraceSeconds: file.domainGraceSeconds }),
  };
}

async function readFileConfig(path: string, mustExist: boolean): Promise<z.infer<typeof fileSchema>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (!mustExist && cause instanceof Error && "code" in cause && cause.code === "ENOENT") return {};
    throw new BadConfig(`cannot read ${path}`, { cause });
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new BadConfig(`${path} is not JSON`, { cause });
  }
  const parsed = fileSchema.safeParse(document);
  if (!parsed.success) throw new BadConfig(`${path}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
  return parsed.data;
}

/** A port as a flag says it. @throws BadConfig */
export function parsePort(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535) throw new BadConfig(`${text} is not a port: a number from 0 to 65535`);
  return value;
}

/** For `--show-config`: without what must not be shown. */
export function showConfig(config: Config): string {
  const shown =
    config.database === undefined
      ? config
      : { ...config, database: { postgres: hidePassword(config.database.postgres) } };
  return JSON.stringify(shown, undefined, 2);
}

function hidePassword(url: string): string {
  return url.replace(/^(\w+:\/\/[^:@/]*):[^@/]*@/, "$1:***@").replace(/([?&]password=)[^&]*/, "$1***");
}
