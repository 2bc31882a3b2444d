// Characters that XML 1.0 cannot carry, not even escaped: most control characters, halves of surrogate pairs,
// U+FFFE and U+FFFF.
// Written as text, so that no invisible character stands in this file and no tool takes them for a mistake.
const forbidden = new RegExp(
  [
    "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\ufffe\\uffff]",
    "[\\ud800-\\udbff](?![\\udc00-\\udfff])",
    "(?<![\\ud800-\\udbff])[\\udc00-\\udfff]",
  ].join("|"),
);
const everyForbidden = new RegExp(forbidden.source, "g");

/** Whether the text can stand in an XML document. What cannot is refused when it comes in. */
export function isXmlText(text: string): boolean {
  return !forbidden.test(text);
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // Parsers turn a raw carriage return into a line feed, and white space in attributes into blanks.
  "\r": "&#xD;",
  "\n": "&#xA;",
  "\t": "&#x9;",
};

/** Text between tags. What XML cannot carry (a guest may report anything) becomes U+FFFD, so that a list can be read. */
export function escapeText(text: string): string {
  return isPlain(text) ? text : withoutForbidden(text).replace(/[&<>\r]/g, escapeOne);
}

/** Text of an attribute in double quotes. */
export function escapeAttribute(text: string): string {
  return isPlain(text) ? text : withoutForbidden(text).replace(/[&<>"\r\n\t]/g, escapeOne);
}

/** Nothing in it has to be looked at closely: nearly all texts are so, and one cheap look says it. */
const special = /[^\u0020-\u0021\u0023-\u0025\u0027-\u003b\u003d\u003f-\u007e]/;

function isPlain(text: string): boolean {
  return !special.test(text);
}

function withoutForbidden(text: string): string {
  return forbidden.test(text) ? text.replace(everyForbidden, "\ufffd") : text;
}

function escapeOne(character: string): string {
  return escapes[character] ?? character;
}
