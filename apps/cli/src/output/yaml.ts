import { plainValue } from "./plain-value.ts";

/** The same as in JSON, as a YAML 1.2 document: block style, and every text in quotes that could be taken for anything else. */
export function formatYaml(value: unknown): string {
  return `${lines(plainValue(value)).join("\n")}\n`;
}

/** The same as one document of a stream. */
export function formatYamlDocument(value: unknown): string {
  return `---\n${formatYaml(value)}`;
}

function lines(value: unknown): string[] {
  if (Array.isArray(value)) return value.length === 0 ? ["[]"] : value.flatMap((item) => under("-", lines(item)));
  if (typeof value !== "object" || value === null) return [scalar(value)];
  const members = Object.entries(value);
  if (members.length === 0) return ["{}"];
  return members.flatMap(([name, member]) => {
    const below = lines(member);
    const key = `${scalar(name)}:`;
    return isBlock(member) ? [key, ...below.map((line) => `  ${line}`)] : [`${key} ${below[0] ?? ""}`];
  });
}

function under(mark: string, [first = "", ...rest]: string[]): string[] {
  return [`${mark} ${first}`, ...rest.map((line) => `  ${line}`)];
}

function isBlock(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

/** Words that mean a value to some reader of YAML 1.1 or 1.2. */
const reserved = /^(?:true|false|yes|no|on|off|y|n|null|~)$/i;
const plainText = /^[A-Za-z_/][\w ./@+-]*$/;

/** A text in JSON's quotes is a text in YAML too. */
function scalar(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  return plainText.test(value) && !value.endsWith(" ") && !reserved.test(value) ? value : JSON.stringify(value);
}
