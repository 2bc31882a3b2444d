import type { Target } from "./target.ts";

/** A parameter is there but cannot be what it should be. */
export class BadParameter extends Error {
  override readonly name = "BadParameter";
}

/** Some parameters may also come as a header (oVirt ParametersHelper). */
const headerNames: Readonly<Record<string, readonly string[]>> = {
  filter: ["filter"],
  all_content: ["all-content"],
  correlation_id: ["correlation-id"],
  // The first is for clients whose HTTP library keeps the second to itself.
  expect: ["x-ovirt-expect", "expect"],
};

const booleans: Readonly<Record<string, boolean>> = {
  "": true, // `?all_content` alone says yes
  true: true,
  t: true,
  yes: true,
  y: true,
  "1": true,
  false: false,
  f: false,
  no: false,
  n: false,
  "0": false,
};

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The parameters of a request, wherever they stand: query before matrix before header. Unknown ones are ignored. */
export class Parameters {
  readonly #sources: readonly ReadonlyMap<string, string>[];
  readonly #headers: Headers;

  constructor(target: Pick<Target, "query" | "matrix">, headers: Headers = {}) {
    this.#sources = [target.query, target.matrix];
    this.#headers = headers;
  }

  find(name: string): string | undefined {
    for (const source of this.#sources) {
      const value = source.get(name);
      if (value !== undefined) return value;
    }
    const headers = Object.hasOwn(headerNames, name) ? (headerNames[name] ?? []) : [];
    return headers.map((header) => this.#headers[header]).find((header) => typeof header === "string");
  }

  /** Absent is `undefined`, not `false`. @throws BadParameter */
  findBoolean(name: string): boolean | undefined {
    const text = this.find(name)?.trim().toLowerCase();
    if (text === undefined) return undefined;
    const value = Object.hasOwn(booleans, text) ? booleans[text] : undefined;
    if (value === undefined) throw new BadParameter(`The parameter '${name}' must be 'true' or 'false'.`);
    return value;
  }

  /** A whole number from 0; an empty text counts as absent, as some clients send `max=`. @throws BadParameter */
  findInteger(name: string): number | undefined {
    const text = this.find(name)?.trim();
    if (text === undefined || text === "") return undefined;
    // -1 is how clients of oVirt say "no limit".
    if (text === "-1") return undefined;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
    if (value === undefined) throw new BadParameter(`The parameter '${name}' must be a whole number.`);
    return value;
  }
}
