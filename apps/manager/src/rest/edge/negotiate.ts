export type Format = "xml" | "json";

const formats: Readonly<Record<string, Format>> = {
  "application/xml": "xml",
  "text/xml": "xml",
  "application/json": "json",
  "application/*": "xml",
  "text/*": "xml",
  "*/*": "xml",
};

/**
 * In which format to answer: `?accept=` before the header `Accept`, XML when neither says. `undefined`: in none that the
 * client takes. Of equal weight the first named wins, and XML before JSON where the client takes anything: v4's default.
 */
export function negotiate(header: string | undefined, parameter?: string): Format | undefined {
  const wanted = parameter ?? header;
  if (wanted === undefined || wanted.trim() === "") return "xml";
  const ranges = wanted
    .split(",")
    .map(parseRange)
    .filter(({ weight }) => weight > 0);
  const best = ranges.toSorted((a, b) => b.weight - a.weight).find(({ type }) => Object.hasOwn(formats, type));
  return best && formats[best.type];
}

/** Whether the client asks for events as they happen, and for nothing else that we have. */
export function wantsEventStream(header: string | undefined): boolean {
  return header !== undefined && /^\s*text\/event-stream\s*(;|,|$)/i.test(header);
}

/** The format of a request's body by its Content-Type; without one, by its first character. */
export function bodyFormat(contentType: string | undefined, body: string): Format | undefined {
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/xml" || type === "text/xml") return "xml";
  if (type === "application/json") return "json";
  if (type !== "") return undefined;
  return /^[\s\uFEFF]*[{[]/.test(body) ? "json" : "xml";
}

export const contentTypes: Readonly<Record<Format, string>> = {
  // The SDKs throw at anything else, and take the charset.
  xml: "application/xml;charset=UTF-8",
  json: "application/json;charset=UTF-8",
};

function parseRange(range: string): { type: string; weight: number } {
  const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith("q="));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  return { type, weight: Number.isFinite(weight) ? weight : 0 };
}
