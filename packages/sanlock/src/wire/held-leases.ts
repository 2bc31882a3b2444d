/**
 * What the daemon says that a connection holds: `LOCKSPACE:NAME:PATH:OFFSET[:PATH:OFFSET…]:VERSION`, one after the other
 * with a space between, `SH` for the version of a shared lease; a colon or space inside a path has a backslash before it.
 */
import { SanlockProtocolError } from "./errors.ts";
import type { DiskPlace, LeaseName } from "./structs.ts";

/** A lease that a connection of ours holds. */
export interface HeldLease extends LeaseName {
  readonly places: readonly DiskPlace[];
  /** The lease's epoch; absent for a shared one, which has none. */
  readonly version?: number;
}

/** @throws SanlockProtocolError when it is not of this form, or says another number of leases than `count` */
export function decodeHeldLeases(body: Uint8Array, count: number): HeldLease[] {
  const end = body.indexOf(0);
  const text = new TextDecoder().decode(end === -1 ? body : body.subarray(0, end));
  const leases = text === "" ? [] : split(text, " ").map(parseLease);
  if (leases.length !== count) throw new SanlockProtocolError(`${leases.length} leases, announced were ${count}`);
  return leases;
}

function parseLease(text: string): HeldLease {
  const parts = split(text, ":").map((part) => part.replace(/\\(.)/gs, "$1"));
  const [lockspace = "", name = ""] = parts;
  const last = parts.at(-1) ?? "";
  const places = parts.slice(2, -1);
  if (parts.length < 5 || places.length % 2 !== 0) throw new SanlockProtocolError(`the lease ${JSON.stringify(text)}`);
  return {
    lockspace,
    name,
    places: Array.from({ length: places.length / 2 }, (_, index) => ({
      path: places[2 * index] ?? "",
      offsetBytes: parseCount(places[2 * index + 1] ?? ""),
    })),
    ...(last !== "SH" && { version: parseCount(last) }),
  };
}

/** Parts between separators that have no backslash before them; the backslashes stay. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new SanlockProtocolError(`${JSON.stringify(text)} where a number belongs`);
  }
  return value;
}
