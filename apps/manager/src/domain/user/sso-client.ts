/** A program that lets people log in through us. */
export interface SsoClient {
  /** What it calls itself: `client_id`. */
  readonly id: string;
  /** Where people may be sent back to, each exactly as it must come. */
  readonly redirectUris: readonly string[];
  /** Of the secret only this. None: it runs where no secret keeps (a browser, a desktop) and must prove each code its own (PKCE). */
  readonly secretHash?: string;
  readonly createdAtMs: number;
}

/** Our own page; wherever this Manager is reached, below this path. */
export const consoleClientId = "yagura-console";
export const consolePath = "/yagura/";

/** The names that are ours, or oVirt's own, and nobody else's. */
export const reservedClientIds: readonly string[] = [consoleClientId, "ovirt-engine-core", "ovirt-engine"];

/** Programs on the user's own machine listen on a port that is free just then (RFC 8252, 7.3). */
const loopbackHosts: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]"]);

/**
 * Whether people may be sent back to this address. Exactly one that is registered: a prefix or a pattern is how codes get
 * to others. Only the port of the user's own machine is not compared. Pure.
 * @param origin where this Manager is reached, for its own page.
 */
export function mayReturnTo(client: SsoClient, uri: string, origin: string): boolean {
  const wanted = parseUrl(uri);
  if (wanted === undefined || wanted.hash !== "" || wanted.username !== "" || wanted.password !== "") return false;
  if (client.id === consoleClientId) {
    // Compared in its normal form: `/yagura/../` would be somewhere else.
    return wanted.origin === origin && wanted.pathname.startsWith(consolePath) && wanted.href === uri;
  }
  return client.redirectUris.some((registered) => registered === uri || isSameLoopback(registered, wanted));
}

function isSameLoopback(registered: string, wanted: URL): boolean {
  const known = parseUrl(registered);
  if (known === undefined || known.protocol !== "http:" || wanted.protocol !== "http:") return false;
  if (!loopbackHosts.has(known.hostname) || wanted.hostname !== known.hostname) return false;
  return wanted.pathname === known.pathname && wanted.search === known.search;
}

/** Why people could not safely be sent back to this address; none when they can. */
export function redirectProblems(uri: string): string[] {
  const url = parseUrl(uri);
  if (url === undefined) return [`'${uri.slice(0, 80)}' is no address.`];
  const isLoopback = url.protocol === "http:" && loopbackHosts.has(url.hostname);
  if (url.protocol !== "https:" && !isLoopback) return [`'${uri.slice(0, 80)}' must begin with https://.`];
  const isPlain = url.hash === "" && url.username === "" && url.password === "" && !uri.includes("*");
  return isPlain ? [] : [`'${uri.slice(0, 80)}' must not have '#', '*' or a name and password.`];
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
