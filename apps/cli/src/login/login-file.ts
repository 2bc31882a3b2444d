import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { usageProblem } from "../problem.ts";
import type { CliWorld } from "../world.ts";

/** What `yagura login` keeps between commands. Never a password. */
export interface Login {
  readonly url: string;
  readonly username: string;
  readonly token: string;
  /** Certificate authority of the Manager in PEM. */
  readonly ca?: string | undefined;
  /** Its SHA-256, for people to compare. */
  readonly fingerprint?: string | undefined;
}

/** `$XDG_CONFIG_HOME/yagura/login.json`. @throws CliProblem when there is no place for it. */
export function loginPath({ env }: Pick<CliWorld, "env">): string {
  const xdg = env["XDG_CONFIG_HOME"];
  // The specification says that a relative path here is to be ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "yagura", "login.json");
  const home = env["HOME"];
  if (home === undefined || home === "") {
    throw usageProblem("there is no place to keep the login", "Set HOME or XDG_CONFIG_HOME");
  }
  return join(home, ".config", "yagura", "login.json");
}

/** The login of this user, if there is one. @throws CliProblem when the file is not one of ours. */
export async function findLogin(world: Pick<CliWorld, "env">): Promise<Login | undefined> {
  const path = loginPath(world);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
  const login = parseLogin(text);
  if (login === undefined) throw usageProblem(`${path} is damaged`, "Log in again: yagura login URL");
  return login;
}

/** Readable by its owner only, from the first byte; a crash leaves the old one or the new one. */
export async function saveLogin(world: Pick<CliWorld, "env">, login: Login): Promise<string> {
  const path = loginPath(world);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.new`;
  await rm(next, { force: true });
  await writeFile(next, `${JSON.stringify(login, undefined, 2)}\n`, { mode: 0o600, flag: "wx" });
  await chmod(next, 0o600);
  await rename(next, path);
  return path;
}

export async function removeLogin(world: Pick<CliWorld, "env">): Promise<void> {
  await rm(loginPath(world), { force: true });
}

function parseLogin(text: string): Login | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined; // The caller says which file it is.
  }
  if (typeof json !== "object" || json === null) return undefined;
  const { url, username, token, ca, fingerprint } = json as Record<string, unknown>;
  if (typeof url !== "string" || typeof username !== "string" || typeof token !== "string") return undefined;
  return {
    url,
    username,
    token,
    ...(typeof ca === "string" && { ca }),
    ...(typeof fingerprint === "string" && { fingerprint }),
  };
}
