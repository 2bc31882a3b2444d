import { readFile } from "node:fs/promises";
import { type ConnectOptions, connectManager, type ManagerClient, managerOrigin } from "@yagura/rest-client";
import { CliProblem, exitCodes, usageProblem } from "../problem.ts";
import type { CliWorld } from "../world.ts";
import { findLogin } from "./login-file.ts";
import { readPassword } from "./password.ts";

export const defaultUsername = "admin@internal";

/** A connection, and what is to be done with its session at the end of the command. */
export interface OpenManager {
  readonly client: ManagerClient;
  /** A session that was made for this one command ends with it. */
  readonly endsWithCommand: boolean;
}

/**
 * The Manager that this command is about. The environment (YAGURA_URL, YAGURA_USER, YAGURA_PASSWORD_FILE, YAGURA_CA)
 * goes before the stored login; a stored token is only ever sent to the Manager that gave it.
 * @throws CliProblem when nothing says which Manager, or who.
 */
export async function openManager(world: CliWorld): Promise<OpenManager> {
  const { YAGURA_URL: url, YAGURA_PASSWORD_FILE: passwordFile, YAGURA_USER: user, YAGURA_CA: caFile } = world.env;
  const stored = await findLogin(world);
  const login = url === undefined || isSameManager(url, stored?.url) ? stored : undefined;
  const address = url ?? login?.url;
  if (address === undefined) {
    throw new CliProblem("nobody is logged in to a Manager here", {
      todo: "Log in: yagura login URL (or set YAGURA_URL and YAGURA_PASSWORD_FILE)",
      exitCode: exitCodes.unreachable,
    });
  }
  const ca = caFile === undefined ? login?.ca : await readCa(caFile);
  const place = { url: address, ca, ...languageOf(world) };
  if (passwordFile !== undefined) {
    const username = user ?? login?.username ?? defaultUsername;
    const password = await readPassword(world, passwordFile);
    return { client: await connect({ ...place, username, password }), endsWithCommand: true };
  }
  if (login === undefined || (user !== undefined && user !== login.username)) {
    throw new CliProblem(`nobody is logged in to ${address} here${user === undefined ? "" : ` as ${user}`}`, {
      todo: `Log in: yagura login ${address} (or set YAGURA_PASSWORD_FILE)`,
      exitCode: exitCodes.unreachable,
    });
  }
  return { client: await connect({ ...place, token: login.token }), endsWithCommand: false };
}

function connect(options: ConnectOptions): Promise<ManagerClient> {
  return connectManager(options);
}

/** Certificate authorities from a file in PEM. @throws CliProblem */
export async function readCa(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw usageProblem(`the certificate file ${file} cannot be read (${cause.code})`, "Check its path and permissions");
  });
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw usageProblem(`${file} holds no certificate in PEM`, "Give the Manager's authority as a PEM file");
}

/** "ja_JP.UTF-8" -> Japanese faults, from a Manager that has them. */
function languageOf({ env }: CliWorld): { readonly locale?: string } {
  const [language = ""] = (env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"] || "").split(".");
  return /^[a-z]{2}(_[A-Z]{2})?$/.test(language) ? { locale: language.replace("_", "-") } : {};
}

function isSameManager(a: string, b: string | undefined): boolean {
  return b !== undefined && managerOrigin(a).origin === managerOrigin(b).origin;
}
