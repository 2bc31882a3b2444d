import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";

/** What the user asked of `npm start`. */
export interface StartOptions {
  readonly dataDirectory: string;
  readonly detach: boolean;
  readonly json: boolean;
  readonly listen: string;
  /** `undefined`: 443 if it can be had, else 8443; and so on. */
  readonly httpsPort: number | undefined;
  readonly httpPort: number | undefined;
  /** `undefined`: the one of the last start, else 54321. */
  readonly agentPort: number | undefined;
  readonly adminPasswordFile: string | undefined;
  readonly vmName: string;
}

/** Where everything is kept unless --data says otherwise. */
export function defaultDataDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  isRoot = process.getuid?.() === 0,
): string {
  if (isRoot) return "/var/lib/yagura";
  return join(environment["XDG_STATE_HOME"] ?? join(homedir(), ".local/state"), "yagura");
}

/** The option that start, stop and reset have in common. */
export function dataOption(): Option {
  return new Option("--data <directory>", "where everything is kept").default(defaultDataDirectory());
}

/** Reads the command line; on a wrong one it prints why and ends the process with 2. */
export function readStartOptions(args: readonly string[]): StartOptions {
  const command = new Command("npm start --")
    .description("Starts a data centre on this machine: Manager, host agent, and a guest.")
    .addOption(dataOption())
    .option("-y, --yes", "install missing system packages without asking")
    .option("--detach", "end when the guest is up; Manager and agent go on")
    .option(
      "--admin-password-file <file>",
      "the password of admin@internal (by default one is made up and kept in DATA/admin-password)",
    )
    .option("--listen <address>", "the address of Manager and agent; 0.0.0.0 is all of this machine's", "127.0.0.1")
    .option("--https-port <port>", "port of the API (default: 443, or 8443)", parsePort)
    .option("--http-port <port>", "port for hosts that register over HTTP (default: 80, or 8080)", parsePort)
    .option("--agent-port <port>", "port of the host agent (default: 54321)", parsePort)
    .option("--name <name>", "name of the guest", parseName, "demo")
    .option("--json", "print the result as one JSON object")
    .configureOutput({ outputError: (text, write) => write(`${text.trim()} (see npm start -- --help)\n`) })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  const given = command.parse(args, { from: "user" }).opts();
  return {
    dataDirectory: resolve(given["data"]),
    detach: given["detach"] ?? false,
    json: given["json"] ?? false,
    listen: given["listen"],
    httpsPort: given["httpsPort"],
    httpPort: given["httpPort"],
    agentPort: given["agentPort"],
    adminPasswordFile: given["adminPasswordFile"] === undefined ? undefined : resolve(given["adminPasswordFile"]),
    vmName: given["name"],
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError("A port is a number up to 65535 (0: any that is free).");
  return port;
}

function parseName(text: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("A name is 1 to 64 letters, digits, dots, dashes and underscores.");
}
