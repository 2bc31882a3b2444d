import { isXmlText } from "./xml-text.ts";

/** A value without members, as it is in the program. */
export type Scalar = string | number | boolean | Date;

export type ScalarKind = "string" | "boolean" | "int32" | "uint32" | "int64" | "decimal" | "date";

interface ScalarRules {
  /** What the text of an element or a string in JSON means, or `undefined` if it means nothing. */
  fromText(text: string): Scalar | undefined;
  /** What a number or boolean in JSON means. */
  fromJson(value: number | boolean): Scalar | undefined;
  toText(value: Scalar): string;
  toJson(value: Scalar): string | number;
  /** What was expected, for the message. */
  readonly noun: string;
}

/**
 * The rules of v4 (rest-api 1.2 and 1.3): in XML everything is text; in JSON booleans and integers are strings,
 * decimals are numbers, dates are milliseconds since the epoch. Input may use either form.
 */
export const scalarRules: Readonly<Record<ScalarKind, ScalarRules>> = {
  string: {
    fromText: (text) => (isXmlText(text) ? text : undefined),
    fromJson: () => undefined,
    toText: String,
    toJson: String,
    noun: "text without control characters",
  },
  boolean: {
    fromText: parseBoolean,
    fromJson: (value) => (typeof value === "boolean" ? value : undefined),
    toText: String,
    toJson: String,
    noun: "true or false",
  },
  int32: integerRules(-(2 ** 31), 2 ** 31 - 1),
  uint32: integerRules(0, 2 ** 32 - 1),
  int64: integerRules(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  decimal: {
    fromText: parseDecimal,
    fromJson: (value) => (typeof value === "number" ? withoutMinusZero(value) : undefined),
    toText: (value) => formatDecimal(Number(value)),
    toJson: (value) => withoutMinusZero(Number(value)),
    noun: "a decimal number",
  },
  date: {
    fromText: (text) => parseDate(text) ?? fromEpoch(text),
    fromJson: (value) => (typeof value === "number" ? validDate(value) : undefined),
    toText: (value) => formatDate(value),
    toJson: (value) => toDate(value).getTime(),
    noun: "a date such as 2026-11-22T09:53:35.138+02:00",
  },
};

function integerRules(min: number, max: number): ScalarRules {
  const inRange = (value: number): number | undefined =>
    Number.isInteger(value) && value >= min && value <= max ? withoutMinusZero(value) : undefined;
  return {
    fromText: (text) => (/^\s*[+-]?\d{1,20}\s*$/.test(text) ? inRange(Number(text)) : undefined),
    fromJson: (value) => (typeof value === "number" ? inRange(value) : undefined),
    toText: String,
    toJson: String,
    noun: `a whole number from ${min} to ${max}`,
  };
}

function parseBoolean(text: string): boolean | undefined {
  switch (text.trim().toLowerCase()) {
    case "true":
    case "1":
      return true;
    case "false":
    case "0":
      return false;
    default:
      return undefined;
  }
}

function parseDecimal(text: string): number | undefined {
  if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? withoutMinusZero(value) : undefined;
}

/** XML schema decimals have no exponent: 1e-7 is written 0.0000001. */
export function formatDecimal(value: number): string {
  const text = String(withoutMinusZero(value));
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}

/** With or without fraction, with zone; a text without a zone is taken as UTC, since some clients send none. */
function parseDate(text: string): Date | undefined {
  const parts = /^\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?\s*$/.exec(text);
  if (parts === null) return undefined;
  const [, seconds = "", fraction = "", zone = "Z"] = parts;
  return validDate(Date.parse(`${seconds}${fraction.slice(0, 4)}${zone}`));
}

function fromEpoch(text: string): Date | undefined {
  return /^\s*-?\d{1,16}\s*$/.test(text) ? validDate(Number(text)) : undefined;
}

/** Years 0 to 9999: what both forms can say. */
const epochMsMin = Date.parse("0000-01-01T00:00:00Z");
const epochMsMax = Date.parse("9999-12-31T23:59:59.999Z");

function validDate(epochMs: number): Date | undefined {
  return epochMs >= epochMsMin && epochMs <= epochMsMax ? new Date(Math.trunc(epochMs)) : undefined;
}

/** Always with a zone: Go's clients refuse a date without one. */
function formatDate(value: Scalar): string {
  return toDate(value).toISOString().replace("Z", "+00:00");
}

function toDate(value: Scalar): Date {
  return value instanceof Date ? value : new Date(String(value));
}

function withoutMinusZero(value: number): number {
  return value === 0 ? 0 : value;
}
