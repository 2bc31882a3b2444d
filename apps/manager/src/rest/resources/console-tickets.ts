import type { VmId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import { type AskedTicket, setConsoleTicket } from "../../operations/vms/set-console-ticket.ts";
import { pathId } from "../references.ts";
import { type Answer, completed, param, type RestRequest, type Route } from "../route.ts";

/** Passwords for the consoles of running VMs, for a while. */
export const consoleTicketRoutes: readonly Route[] = [
  { method: "POST", path: "/vms/:vm/ticket", handle: (request) => answerTicket(request, {}) },
  {
    method: "POST",
    path: "/vms/:vm/graphicsconsoles/:console/ticket",
    handle: (request) => answerTicket(request, { type: consoleType(request) }),
  },
];

async function answerTicket(request: RestRequest, which: Pick<AskedTicket, "type">): Promise<Answer> {
  const { ticket } = request.readAction();
  const { value, validSeconds } = await setConsoleTicket(request.context, {
    ...which,
    vmId: pathId<VmId>("vm", param(request, "vm")),
    value: ticket?.value,
    validSeconds: ticket?.expiry,
  });
  return completed({ ticket: { value, expiry: validSeconds } });
}

/** The id of a console is its protocol in hex. @throws NotFound */
function consoleType(request: RestRequest): "vnc" | "spice" {
  const id = param(request, "console");
  const type = Buffer.from(id, "hex").toString("latin1");
  if (type !== "vnc" && type !== "spice") throw new NotFound("graphics console", id.slice(0, 80));
  return type;
}
