import { type Authority, fetchAuthority, isSameFingerprint, managerOrigin, readAuthority } from "@yagura/rest-client";
import { CliProblem, exitCodes, refusal } from "../problem.ts";
import type { CliWorld } from "../world.ts";
import { readCa } from "./open-manager.ts";

export interface TrustOptions {
  /** A file with the authority. */
  readonly ca?: string | undefined;
  /** What the authority's SHA-256 must be. */
  readonly caFingerprint?: string | undefined;
}

/**
 * Which authority to trust from now on: the one given, or the Manager's own after someone has compared its
 * fingerprint. Nothing secret is sent before.
 * @throws CliProblem when nobody vouches for it.
 */
export async function decideTrust(
  world: CliWorld,
  url: string,
  { ca, caFingerprint }: TrustOptions,
): Promise<Partial<Pick<Authority, "pem" | "fingerprint">>> {
  if (managerOrigin(url).protocol === "http:") return {};
  if (ca !== undefined) {
    const pem = await readCa(ca);
    return { pem, fingerprint: readAuthority(pem).fingerprint };
  }
  const authority = await fetchAuthority(url, world.signal);
  if (caFingerprint !== undefined) {
    if (isSameFingerprint(caFingerprint, authority.fingerprint)) return authority;
    throw refusal(
      `its authority has another fingerprint than the one given: ${authority.fingerprint}`,
      "Compare with the one that the Manager's own machine shows; if they differ, someone is in between",
    );
  }
  if (!world.isInteractive) {
    throw new CliProblem("nobody vouches for the certificate of this Manager", {
      todo: `Give --ca FILE, or --ca-fingerprint ${authority.fingerprint} after comparing it`,
      exitCode: exitCodes.unreachable,
    });
  }
  world.stderr(`The authority of ${url} has the SHA-256 fingerprint\n  ${authority.fingerprint}\n`);
  const answer = await world.ask("Is that the one that the Manager's machine shows? (yes/no) ");
  if (answer.trim().toLowerCase() === "yes") return authority;
  throw refusal("its authority was not confirmed", "Compare the fingerprint, and answer with yes");
}
