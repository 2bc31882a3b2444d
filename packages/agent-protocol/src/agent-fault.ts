import { type AgentErrorName, agentErrors } from "./generated/errors.ts";

/** Facts that go with an error, such as `{ vmId }`. */
export type FaultFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * An answer that says no. Verbs throw it; clients receive it. The code is VDSM's; because codes overlap, `errorName`
 * of a received fault is the first of that code.
 */
export class AgentFault extends Error {
  override readonly name = "AgentFault";
  readonly code: number;
  readonly errorName: AgentErrorName | undefined;

  /** `facts` are added to the text as VDSM does: `Virtual machine does not exist: {'vmId': '…'}`. */
  constructor(errorName: AgentErrorName, facts?: FaultFacts | string, options?: ErrorOptions) {
    super(joinText(agentErrors[errorName].text, facts), options);
    this.code = agentErrors[errorName].code;
    this.errorName = errorName;
  }

  /** A fault as it came over the wire. */
  static received(code: number, message: string): AgentFault {
    return new ReceivedFault(code, message);
  }
}

class ReceivedFault extends AgentFault {
  override readonly code: number;
  override readonly errorName: AgentErrorName | undefined;

  constructor(code: number, message: string) {
    super("GeneralException");
    this.message = message;
    this.code = code;
    this.errorName = errorNameOf(code);
  }
}

/** The first name in the catalogue that has this code. */
export function errorNameOf(code: number): AgentErrorName | undefined {
  return namesByCode.get(code);
}

const namesByCode = new Map<number, AgentErrorName>();
for (const [name, { code }] of Object.entries(agentErrors)) {
  if (!namesByCode.has(code)) namesByCode.set(code, name as AgentErrorName);
}

function joinText(text: string, facts: FaultFacts | string | undefined): string {
  if (facts === undefined) return text;
  if (typeof facts === "string") return `${text}: ${facts}`;
  const shown = Object.entries(facts).filter(([, value]) => value !== undefined);
  return `${text}: {${shown.map(([key, value]) => `${quote(key)}: ${python(value)}`).join(", ")}}`;
}

function python(value: string | number | boolean | undefined): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;
}
