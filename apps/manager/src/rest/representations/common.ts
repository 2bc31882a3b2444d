import type { Version } from "@yagura/rest-model";

/** "4.7" as v4 has versions: in numbers. */
export function renderVersion(text: string): Version {
  const [major, minor] = text.split(".").map(Number);
  return { ...(isNumber(major) && { major }), ...(isNumber(minor) && { minor }) };
}

/** "6.1.0-13.el9" with the whole text beside the numbers it begins with. */
export function renderFullVersion(text: string): Version {
  const [major, minor, build, revision] = (/^[\d.]+/.exec(text)?.[0] ?? "").split(".").filter(Boolean).map(Number);
  return {
    full_version: text,
    ...(isNumber(major) && { major }),
    ...(isNumber(minor) && { minor }),
    ...(isNumber(build) && { build }),
    ...(isNumber(revision) && { revision }),
  };
}

/** "4.7" of a version in a request; `undefined` when it names none. */
export function readVersion(version: Version | undefined): string | undefined {
  if (version?.major === undefined) return undefined;
  return `${version.major}.${version.minor ?? 0}`;
}

export function renderDate(timeMs: number | undefined): Date | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs);
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value);
}
