/** Where a request goes, taken apart once: what follows only ever sees decoded strings. */
export interface Target {
  /** Of the path without matrix parameters and API version, for routing: `/ovirt-engine/api/vms/123`. */
  readonly path: string;
  /** How the client wrote the API's root, and so how every href begins: `/ovirt-engine/api` or `/ovirt-engine/api/v4`. */
  readonly apiRoot: string;
  /** The version in the path, if any. */
  readonly version: string | undefined;
  readonly query: ReadonlyMap<string, string>;
  readonly matrix: ReadonlyMap<string, string>;
}

export const apiPath = "/ovirt-engine/api";

const PARAMETERS_MAX = 100;

/** The request's target cannot be understood. */
export class BadTarget extends Error {
  override readonly name = "BadTarget";
}

/**
 * Takes the target of a request apart. Parameters may stand in the query, or in any path segment after a `;`
 * (ovirt-web-ui writes `/vms;max=10`); of one that is repeated the first counts.
 * @throws BadTarget
 */
export function parseTarget(url: string): Target {
  const [rawPath, rawQuery = ""] = splitOnce(url, "?");
  const matrix = new Map<string, string>();
  const segments = rawPath.split("/").map((segment) => {
    const [name = "", ...parameters] = segment.split(";");
    for (const parameter of parameters) addParameter(matrix, parameter, decodePart);
    return name;
  });
  const query = new Map<string, string>();
  for (const parameter of rawQuery.split("&")) addParameter(query, parameter, decodeQueryPart);

  const version = /^v\d+$/.test(segments[3] ?? "") && isApi(segments) ? segments[3] : undefined;
  if (version !== undefined) segments.splice(3, 1);
  const apiRoot = version === undefined ? apiPath : `${apiPath}/${version}`;
  return { path: segments.join("/"), apiRoot, version: version?.slice(1), query, matrix };
}

function isApi(segments: readonly string[]): boolean {
  return segments[1] === "ovirt-engine" && segments[2] === "api";
}

function addParameter(into: Map<string, string>, text: string, decode: (part: string) => string): void {
  if (text === "") return;
  const [name, value = ""] = splitOnce(text, "=");
  const key = decode(name);
  if (into.has(key)) return;
  if (into.size >= PARAMETERS_MAX) throw new BadTarget(`more than ${PARAMETERS_MAX} parameters`);
  into.set(key, decode(value));
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decodeQueryPart(part: string): string {
  return decodePart(part.replaceAll("+", " "));
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new BadTarget(`not a URL-encoded text: ${JSON.stringify(part.slice(0, 80))}`, { cause });
  }
}
