import { type RestTypeName, type RestTypes, readJson, readXml, writeJson, writeXml } from "@yagura/rest-model";
import { bodyFormat, contentTypes, type Format } from "./edge/negotiate.ts";
import type { Fault } from "./faults.ts";
import { MissingMember, UnknownBodyFormat } from "./refusals.ts";
import type { Answer, PiecesAnswer } from "./route.ts";

/** A document as it goes out. */
export interface Document {
  readonly contentType: string;
  readonly text: string;
}

export function writeAnswer(answer: Exclude<Answer, PiecesAnswer>, format: Format): Document {
  const contentType = contentTypes[format];
  // The route gave type and value together (`entity`, `list`), which is where they are checked to fit.
  if (answer.kind === "list") {
    const values = answer.values as readonly RestTypes["vm"][];
    const options = { collection: true } as const;
    const type = answer.type as "vm";
    return { contentType, text: format === "xml" ? writeXml(type, values, options) : writeJson(type, values, options) };
  }
  const [type, value] = [answer.type as "vm", answer.value as RestTypes["vm"]];
  return { contentType, text: format === "xml" ? writeXml(type, value) : writeJson(type, value) };
}

/** A fault; of an action that failed, inside of the action as v4 has it. */
export function writeFault({ reason, detail }: Fault, format: Format, isAction: boolean): Document {
  const fault = { reason, detail };
  const answer: Exclude<Answer, PiecesAnswer> = isAction
    ? { kind: "entity", type: "action", value: { fault, status: "failed" }, outcome: "done" }
    : { kind: "entity", type: "fault", value: fault, outcome: "done" };
  return writeAnswer(answer, format);
}

/** @throws BadDocument, UnknownBodyFormat; MissingMember when there is no body */
export function readBody<K extends RestTypeName>(type: K, body: Buffer, contentType: string | undefined): RestTypes[K] {
  const text = body.toString("utf8");
  if (text.trim() === "") throw new MissingMember(titleOf(type), ["body"], "this request");
  switch (bodyFormat(contentType, text)) {
    case "xml":
      return readXml(type, text);
    case "json":
      return readJson(type, text);
    case undefined:
      throw new UnknownBodyFormat("the body must be application/xml or application/json");
  }
}

/** `disk_attachment` as oVirt's sentences have it: `DiskAttachment`. */
export function titleOf(type: string): string {
  return type.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
