import { isIP } from "node:net";
import { REQUEST_CHARS_MAX } from "@yagura/pki";
import { blankUuid, findId, type HostId } from "@yagura/std/ids.ts";
import * as z from "zod";

// What arrives over the network, turned into plain types once. A parameter that is given twice arrives as a list and is
// refused, since it is not a text; parameters that we do not know are ignored, as oVirt's servlet does.

const agentPortDefault = 54321;

/** What firmware writes where it has no number of its own: several machines would be one host. */
const emptyIds: readonly string[] = [blankUuid, "ffffffff-ffff-ffff-ffff-ffffffffffff"];

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** A DNS name or an address, in lower case. */
const address = z
  .string()
  .max(253)
  .toLowerCase()
  .refine((text) => isIP(text) !== 0 || isHostName(text), "not a host name or an IP address")
  .refine((text) => !text.includes("%"), "an address with a zone means nothing on another machine");

const name = z
  .string()
  .max(255)
  .regex(/^[\p{L}\p{N}_.+-]+$/u, "a host's name has letters, digits and -_.+ only");

const hostId = z.string().max(36).transform(toHostId);

/** `UUID` or, of old, `UUID_MAC`: some machines share their UUID, so the first MAC address was added to it. */
const uniqueId = z
  .string()
  .max(64)
  .regex(/^[^_]{36}(_[0-9A-Fa-f:.-]{0,20})?$/, "not a UUID, nor a UUID and a MAC address joined by _")
  .transform((text, context) => toHostId(text.slice(0, 36), context));

const portText = z
  .string()
  .regex(/^\d{1,5}$/, "not a port")
  .transform(Number)
  .refine(isPort, "a port is between 1 and 65535");

const ticket = z.string().min(1).max(200);

/** GET on any of the historic addresses. `__VIEWSTATE` is ignored. */
export const oldRegistration = z.object({
  vds_ip: address,
  vds_name: name.optional(),
  vds_unique_id: uniqueId,
  port: portText.default(agentPortDefault),
  ticket: ticket.optional(),
});

/** `command=register` of version 1. oVirt's servlet reads `vdsPort`, its tool sends `port`: we take either. */
export const registration = z.object({
  address: address.optional(),
  name: name.optional(),
  uniqueId,
  vdsPort: portText.optional(),
  port: portText.optional(),
  ticket: ticket.optional(),
});

/** POST host-enrol. */
export const enrolment = z.strictObject({
  hostId,
  name,
  address,
  port: z.int().refine(isPort, "a port is between 1 and 65535"),
  csr: z.string().max(REQUEST_CHARS_MAX),
  ticket: ticket.optional(),
  proof: z.string().max(1024),
});

/** POST host-renew. */
export const renewal = z.strictObject({
  hostId,
  certificate: z.string().max(REQUEST_CHARS_MAX),
  csr: z.string().max(REQUEST_CHARS_MAX),
  signature: z.string().max(1024),
});

/** Every ticket in a body or a query, also where it makes no sense: to make it void, it need not have been sent well. */
export function findTickets(input: unknown): string[] {
  const found = z.object({ ticket: z.union([ticket, z.array(ticket).max(10)]) }).safeParse(input);
  return found.success ? [found.data.ticket].flat() : [];
}

/** "vds_ip: not a host name or an IP address; port: not a port" */
export function describeProblems(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "request"}: ${issue.message}`).join("; ");
}

function toHostId(text: string, context: z.RefinementCtx): HostId {
  const id = findId<HostId>(text);
  if (id !== undefined && !emptyIds.includes(id)) return id;
  context.addIssue({ code: "custom", message: "not a UUID, or one that does not tell machines apart" });
  return z.NEVER;
}

function isHostName(text: string): boolean {
  const labels = text.split(".");
  // A last label of digits only is a mistyped address.
  return labels.every((part) => label.test(part)) && !/^\d+$/.test(labels.at(-1) ?? "");
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}
