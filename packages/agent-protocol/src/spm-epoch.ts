/**
 * The header `yagura-spm-epoch` of a request: the version of the SPM's lease under which the caller means it to be done.
 * A header of ours; VDSM ignores it, and so one that is missing means any. docs/decisions/0007-shared-storage.md
 */
export function isSpmEpoch(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** `undefined` when the caller means none. */
export function parseSpmEpoch(text: string | undefined): number | "malformed" | undefined {
  if (text === undefined) return undefined;
  return /^(0|[1-9]\d{0,15})$/.test(text) && isSpmEpoch(Number(text)) ? Number(text) : "malformed";
}
