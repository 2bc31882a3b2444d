import { AuthenticationRefused } from "./errors.ts";
import { REMOTE_AUTH_NONE, REMOTE_AUTH_POLKIT, REMOTE_AUTH_SASL } from "./protocol/generated/constants.ts";
import type { RemoteCalls } from "./protocol/generated/remote-calls.ts";

const names: ReadonlyMap<number, string> = new Map([
  [REMOTE_AUTH_NONE, "none"],
  [REMOTE_AUTH_SASL, "SASL"],
  [REMOTE_AUTH_POLKIT, "polkit"],
]);

/** What the daemon accepts decides: nothing (a socket that its file mode protects, or TLS), or polkit's word. */
export function chooseAuthentication(offered: readonly number[]): "none" | "polkit" | undefined {
  if (offered.length === 0 || offered.includes(REMOTE_AUTH_NONE)) return "none";
  return offered.includes(REMOTE_AUTH_POLKIT) ? "polkit" : undefined;
}

/** The first call of a connection; the daemon refuses all others until it is satisfied. @throws AuthenticationRefused */
export async function authenticate(remote: RemoteCalls, signal: AbortSignal): Promise<void> {
  const { types } = await remote.authList({ signal });
  switch (chooseAuthentication(types)) {
    case "none":
      return;
    case "polkit":
      try {
        await remote.authPolkit({ signal });
        return;
      } catch (cause) {
        throw new AuthenticationRefused("polkit does not let this user use libvirt", { cause });
      }
    case undefined:
      throw new AuthenticationRefused(
        `the daemon wants ${types.map((type) => names.get(type) ?? type).join(" or ")}, which this client does not have`,
      );
  }
}
