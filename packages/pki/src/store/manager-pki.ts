// The Manager's directory of keys. It is created whole under another name and renamed, so that it either has everything or
// does not exist: a missing or unreadable file in it is damage, and damage to the authority is for a person to repair.
// A new authority over the old one would cut off every host.

import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { isIP } from "node:net";
import { basename, dirname, join } from "node:path";
import { syncDirectory, writeFileAtomically } from "@yagura/std/write-file-atomically.ts";
import { type Authority, createAuthority, renewAuthority } from "../authority.ts";
import { type Certificate, readCertificate } from "../certificate.ts";
import { issueManagerClientCertificate, issueManagerServerCertificate } from "../issue.ts";
import { createKey, keyFingerprintOf } from "../keys.ts";
import { shouldRenew } from "../renewal.ts";
import { verifyCertificate } from "../verify.ts";

export interface ManagerPki {
  readonly authority: Authority;
  readonly server: { readonly certificatePem: string; readonly keyPem: string };
  /** With this the Manager connects to the hosts. */
  readonly client: { readonly certificatePem: string; readonly keyPem: string };
  /** What was made or renewed by this call: the server must then be given its new context. */
  readonly changed: readonly ("authority" | "server" | "client")[];
}

export interface ManagerPkiOptions {
  readonly directory: string;
  /** DNS names and addresses under which clients reach the Manager; the first is its name. */
  readonly names: readonly [string, ...string[]];
  readonly nowMs: number;
}

/** The Manager's keys are incomplete or do not fit together. Restore the directory from a backup. */
export class ManagerPkiDamaged extends Error {
  override readonly name = "ManagerPkiDamaged";
}

const files = {
  authorityKey: "ca-key.pem",
  authority: "ca.pem",
  serverKey: "server-key.pem",
  server: "server.pem",
  clientKey: "client-key.pem",
  client: "client.pem",
} as const;

/**
 * The Manager's authority and certificates: created at first, afterwards read, and renewed when a third of their life
 * remains or when a name was added. Call it at start and once a day. Keys stay the same.
 * @throws ManagerPkiDamaged
 */
export async function ensureManagerPki(options: ManagerPkiOptions): Promise<ManagerPki> {
  const texts = (await readAll(options.directory)) ?? (await createAll(options));
  const certificates = check(options.directory, texts);
  const changed: ManagerPki["changed"][number][] = [];
  const current = { ...texts };
  const replace = async (what: "authority" | "server" | "client", certificatePem: string): Promise<void> => {
    await writeFileAtomically(join(options.directory, files[what]), certificatePem, 0o644);
    current[what] = certificatePem;
    changed.push(what);
  };

  let authority: Authority = { certificatePem: texts.authority, keyPem: texts.authorityKey };
  if (shouldRenew(certificates.authority, options.nowMs)) {
    authority = await renewAuthority(authority, options.nowMs);
    await replace("authority", authority.certificatePem);
  }
  if (shouldRenew(certificates.server, options.nowMs) || !coversNames(certificates.server, options.names)) {
    await replace("server", await issueServer(authority, { ...options, keyPem: texts.serverKey }));
  }
  if (shouldRenew(certificates.client, options.nowMs)) {
    await replace("client", await issueClient(authority, { ...options, keyPem: texts.clientKey }));
  }
  return {
    authority,
    server: { certificatePem: current.server, keyPem: current.serverKey },
    client: { certificatePem: current.client, keyPem: current.clientKey },
    changed,
  };
}

const unfinishedInfix = ".unfinished-";

/** What a first start that was killed has left: keys that nobody has seen. */
async function removeUnfinished(directory: string): Promise<void> {
  const prefix = `${basename(directory)}${unfinishedInfix}`;
  const leftovers = (await readdir(dirname(directory))).filter((name) => name.startsWith(prefix));
  await Promise.all(leftovers.map((name) => rm(join(dirname(directory), name), { recursive: true, force: true })));
}

type Texts = Record<keyof typeof files, string>;

async function readAll(directory: string): Promise<Texts | undefined> {
  const entries = await Promise.all(
    Object.entries(files).map(async ([what, name]) => [what, await readOrNothing(join(directory, name))] as const),
  );
  if (entries.every(([, text]) => text === undefined)) return undefined;
  const missing = entries.filter(([, text]) => text === undefined).map(([what]) => files[what as keyof typeof files]);
  if (missing.length > 0)
    throw new ManagerPkiDamaged(`${directory} lacks ${missing.join(", ")}: restore it from a backup`);
  return Object.fromEntries(entries) as Texts;
}

async function createAll(options: ManagerPkiOptions): Promise<Texts> {
  const { directory, names, nowMs } = options;
  const authority = await createAuthority({ name: names[0], nowMs });
  const [serverKey, clientKey] = [await createKey(), await createKey()];
  const texts: Texts = {
    authorityKey: authority.keyPem,
    authority: authority.certificatePem,
    serverKey,
    server: await issueServer(authority, { ...options, keyPem: serverKey }),
    clientKey,
    client: await issueClient(authority, { ...options, keyPem: clientKey }),
  };
  await mkdir(dirname(directory), { recursive: true });
  await removeUnfinished(directory);
  const unfinished = await mkdtemp(`${directory}${unfinishedInfix}`);
  try {
    for (const [what, text] of Object.entries(texts)) {
      const name = files[what as keyof Texts];
      await writeFileAtomically(join(unfinished, name), text, name.endsWith("-key.pem") ? 0o600 : 0o644);
    }
    // Fails, and leaves everything alone, if a directory with something in it is there already.
    await rename(unfinished, directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  await syncDirectory(dirname(directory));
  return texts;
}

type Held = Readonly<Record<"authority" | "server" | "client", Certificate>>;

function check(directory: string, texts: Texts): Held {
  const held = (what: keyof Held): Certificate => {
    try {
      const certificate = readCertificate(texts[what]);
      if (certificate.keyFingerprint === keyFingerprintOf(texts[`${what}Key`])) return certificate;
    } catch (cause) {
      throw new ManagerPkiDamaged(`${directory}/${files[what]} or its key cannot be read`, { cause });
    }
    throw new ManagerPkiDamaged(`${directory}/${files[what]} does not belong to ${files[`${what}Key`]}`);
  };
  const all: Held = { authority: held("authority"), server: held("server"), client: held("client") };
  for (const what of ["server", "client"] as const) {
    const verdict = verifyCertificate(texts[what], {
      authorityPem: texts.authority,
      role: "manager",
      nowMs: all[what].notBeforeMs,
    });
    if (!verdict.isTrusted) throw new ManagerPkiDamaged(`${directory}/${files[what]} is not of this authority`);
  }
  return all;
}

function coversNames(certificate: Certificate, names: readonly string[]): boolean {
  return names.every((name) =>
    isIP(name) === 0
      ? certificate.parsed.checkHost(name, { wildcards: false }) !== undefined
      : certificate.parsed.checkIP(name) !== undefined,
  );
}

interface ForKey extends ManagerPkiOptions {
  readonly keyPem: string;
}

function issueServer(authority: Authority, { keyPem, names, nowMs }: ForKey): Promise<string> {
  return issueManagerServerCertificate(authority, { keyPem, names, nowMs });
}

function issueClient(authority: Authority, { keyPem, names, nowMs }: ForKey): Promise<string> {
  return issueManagerClientCertificate(authority, { keyPem, name: names[0], nowMs });
}

async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
