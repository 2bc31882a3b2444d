/** The address given for a Manager cannot be used. */
export class BadManagerUrl extends Error {
  override readonly name = "BadManagerUrl";
}

/**
 * The origin of a Manager: from "https://m.example.com:8443/ovirt-engine/api", or just "m.example.com".
 * Passwords and tokens never travel in clear: http is taken only to this machine itself.
 * @throws BadManagerUrl
 */
export function managerOrigin(text: string): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch (cause) {
    throw new BadManagerUrl(`not an address of a Manager: ${JSON.stringify(text)}`, { cause });
  }
  if (url.username !== "" || url.password !== "") {
    throw new BadManagerUrl("a user or password does not belong into the address of a Manager");
  }
  if (url.protocol === "http:" && !isThisMachine(url.hostname)) {
    throw new BadManagerUrl(`http would show passwords to the network; use https://${url.host}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new BadManagerUrl(`a Manager is reached by https, not by ${url.protocol.slice(0, -1)}`);
  }
  return new URL(url.origin);
}

function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
