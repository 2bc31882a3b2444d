import { readCertificate } from "../certificate.ts";
import { BadCertificate, BadPrivateKey } from "../errors.ts";
import { keyFingerprintOf } from "../keys.ts";

/** The texts of the files of a host's store, as they were found. */
export interface StoreTexts {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** The key of a renewal under way: written before it is sent, becomes `key` after its certificate has arrived. */
  readonly nextKey: string | undefined;
}

export interface StoreRecovery {
  /** Files to put aside because they are of no use, and why. */
  readonly damaged: readonly { readonly file: keyof StoreTexts; readonly because: string }[];
  /** The certificate is that of `nextKey`: the machine died between writing the one and renaming the other. */
  readonly finishRenewal: boolean;
}

/** What must be put right in a store after whatever happened to it. Nothing that fits together is ever given up. */
export function planStoreRecovery(texts: StoreTexts): StoreRecovery {
  const damaged: { file: keyof StoreTexts; because: string }[] = [];
  const check = (file: keyof StoreTexts, read: (text: string) => string): string | undefined => {
    const text = texts[file];
    if (text === undefined) return undefined;
    const result = tryRead(() => read(text));
    if ("because" in result) damaged.push({ file, because: result.because });
    return "fingerprint" in result ? result.fingerprint : undefined;
  };
  check("ca", (text) => readCertificate(text).keyFingerprint);
  const key = check("key", keyFingerprintOf);
  const nextKey = check("nextKey", keyFingerprintOf);
  const certificate = check("certificate", (text) => readCertificate(text).keyFingerprint);

  if (certificate === undefined || certificate === key) return { damaged, finishRenewal: false };
  if (certificate === nextKey) return { damaged, finishRenewal: true };
  damaged.push({ file: "certificate", because: "its key is not the one beside it" });
  return { damaged, finishRenewal: false };
}

function tryRead(read: () => string): { readonly fingerprint: string } | { readonly because: string } {
  try {
    return { fingerprint: read() };
  } catch (error) {
    if (error instanceof BadCertificate || error instanceof BadPrivateKey) return { because: error.message };
    throw error;
  }
}
