// The certificates and keys of a host:
//
//   ca.pem        0644  the authority that this host trusts
//   key.pem       0600  the key in use
//   cert.pem      0644  its certificate
//   next-key.pem  0600  the key of a renewal under way, or nothing
//
// Every file is written whole or not at all. A renewal changes two files; the new certificate is the point of no return:
// whoever finds a certificate of next-key.pem renames that key into place (`planStoreRecovery`).

import { join } from "node:path";
import { createKey } from "../keys.ts";
import { planStoreRecovery, type StoreTexts } from "./plan-store-recovery.ts";
import { nodeFiles, type StoreFiles } from "./store-files.ts";

/** Everything that a TLS endpoint needs. */
export interface Credentials {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface StoredCredentials {
  readonly caPem: string | undefined;
  readonly certificatePem: string | undefined;
  readonly keyPem: string | undefined;
  readonly nextKeyPem: string | undefined;
  /** What was found damaged and put aside as `NAME.damaged`: sentences for the log. */
  readonly problems: readonly string[];
}

const names: Readonly<Record<keyof StoreTexts, { readonly name: string; readonly mode: number }>> = {
  ca: { name: "ca.pem", mode: 0o644 },
  certificate: { name: "cert.pem", mode: 0o644 },
  key: { name: "key.pem", mode: 0o600 },
  nextKey: { name: "next-key.pem", mode: 0o600 },
};

export class CredentialStore {
  readonly #directory: string;
  readonly #files: StoreFiles;

  constructor(directory: string, files: StoreFiles = nodeFiles) {
    this.#directory = directory;
    this.#files = files;
  }

  /** Reads what is there, finishing an interrupted renewal and putting damaged files aside. */
  async read(): Promise<StoredCredentials> {
    await this.#files.prepareDirectory(this.#directory, 0o700);
    const found: StoreTexts = {
      ca: await this.#readText("ca"),
      certificate: await this.#readText("certificate"),
      key: await this.#readText("key"),
      nextKey: await this.#readText("nextKey"),
    };
    const plan = planStoreRecovery(found);
    const texts = { ...found };
    for (const { file } of plan.damaged) {
      await this.#files.rename(this.#path(file), `${this.#path(file)}.damaged`);
      texts[file] = undefined;
    }
    if (plan.finishRenewal) {
      await this.#files.rename(this.#path("nextKey"), this.#path("key"));
      texts.key = texts.nextKey;
      texts.nextKey = undefined;
    }
    return {
      caPem: texts.ca,
      certificatePem: texts.certificate,
      keyPem: texts.key,
      nextKeyPem: texts.nextKey,
      problems: plan.damaged.map(
        ({ file, because }) => `${this.#path(file)} was put aside as ${names[file].name}.damaged: ${because}`,
      ),
    };
  }

  async writeCa(caPem: string): Promise<void> {
    await this.#write("ca", caPem);
  }

  /** The key in use; created on first call. */
  async ensureKey(): Promise<string> {
    return (await this.#readText("key")) ?? (await this.#create("key"));
  }

  /** The key of the renewal under way; created if there is none. The same one until `installRenewed`, however often a renewal is tried. */
  async ensureNextKey(): Promise<string> {
    return (await this.#readText("nextKey")) ?? (await this.#create("nextKey"));
  }

  /** Stores the first certificate of the key in use. */
  async installCertificate(certificatePem: string): Promise<void> {
    await this.#write("certificate", certificatePem);
  }

  /** Stores the certificate of the next key, which becomes the key in use. */
  async installRenewed(certificatePem: string): Promise<void> {
    await this.#write("certificate", certificatePem);
    await this.#files.rename(this.#path("nextKey"), this.#path("key"));
  }

  async #create(file: "key" | "nextKey"): Promise<string> {
    const keyPem = await createKey();
    await this.#write(file, keyPem);
    return keyPem;
  }

  #readText(file: keyof StoreTexts): Promise<string | undefined> {
    return this.#files.read(this.#path(file), names[file].mode);
  }

  #write(file: keyof StoreTexts, text: string): Promise<void> {
    return this.#files.write(this.#path(file), text, names[file].mode);
  }

  #path(file: keyof StoreTexts): string {
    return join(this.#directory, names[file].name);
  }
}
