export interface Need {
  readonly what: string;
  readonly for: readonly string[];
  readonly paths: readonly string[];
  readonly apt: readonly string[];
  readonly dnf: readonly string[];
  /** Package managers and processors for which no package brings it. */
  readonly lacking?: readonly string[];
}

export function isMissing(need: Need, purpose: string, exists: (path: string) => boolean): boolean;

export function isOffered(need: Need, here: readonly string[]): boolean;

export function planInstallation(
  missing: readonly Need[],
  machine: { readonly hasApt: boolean; readonly isRoot: boolean; readonly sudo: readonly string[] },
): { readonly text: string; readonly update?: readonly string[]; readonly command?: readonly string[] };

export function namesOfDistribution(text: string): string[];
