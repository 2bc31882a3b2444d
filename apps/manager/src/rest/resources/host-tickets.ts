import type { HostTicket as RestHostTicket } from "@yagura/rest-model";
import { listOpenHostTickets, revokeHostTicket } from "../../db/queries/host-tickets.ts";
import { transaction } from "../../db/transaction.ts";
import { NotAllowed, NotFound } from "../../domain/errors.ts";
import type { HostTicket } from "../../domain/host/enrolment.ts";
import { createHostTicket } from "../../enrolment/host-tickets.ts";
import type { Links } from "../links.ts";
import { getReferenced } from "../references.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

const VALID_MS = 60 * 60_000;
const VALID_MS_MIN = 1000;

/**
 * Ours: a ticket by which one host introduces itself and is approved at once. Its value is told only to who makes it. Those
 * that still admit a host are listed, to whoever may make them; to remove one is to withdraw it.
 */
export const hostTicketRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/hosttickets",
    async handle(request) {
      const tickets = await openTickets(request);
      return list(
        "host_ticket",
        cutList(request, tickets).map((ticket) => render(ticket, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/hosttickets/:hostTicket",
    handle: async (request) => entity("host_ticket", render(await ticketOf(request), request.links)),
  },
  {
    method: "POST",
    path: "/hosttickets",
    async handle({ context, inventory, links, read }) {
      const body = read("host_ticket");
      const cluster = await getReferenced("cluster", body.cluster, () => inventory.clusters(), {
        type: "HostTicket",
        member: "cluster",
        operation: "add",
      });
      await context.authorize("create_host", { type: "cluster", id: cluster.id });
      const validMs = body.expires === undefined ? VALID_MS : body.expires.getTime() - context.clock.nowMs();
      const { id, ticket, expiresAtMs } = await createHostTicket(context, {
        clusterId: cluster.id,
        validMs: Math.max(VALID_MS_MIN, validMs),
        ...(context.actor.userId !== undefined && { createdBy: context.actor.userId }),
      });
      const value = { ...render({ id, clusterId: cluster.id, expiresAtMs }, links), value: ticket };
      return entity("host_ticket", value, "created");
    },
  },
  {
    method: "DELETE",
    path: "/hosttickets/:hostTicket",
    async handle(request) {
      const { clock, db } = request.context;
      const { id, secretHash } = await ticketOf(request);
      const isWithdrawn = await transaction(db, (tx) => revokeHostTicket(tx, secretHash, clock.nowMs()));
      if (!isWithdrawn) throw new NotFound("ticket", id);
      return completed();
    },
  },
];

/** Of the clusters to which the caller may add hosts: the tickets of others are not there for him. */
async function openTickets({ context }: RestRequest): Promise<HostTicket[]> {
  const tickets = await listOpenHostTickets(context.db, context.clock.nowMs());
  const clusterIds = [...new Set(tickets.map(({ clusterId }) => clusterId))];
  const mayAdd = await Promise.all(
    clusterIds.map((id) =>
      context.authorize("create_host", { type: "cluster", id }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof NotAllowed || error instanceof NotFound) return false;
          throw error;
        },
      ),
    ),
  );
  const allowed = new Set(clusterIds.filter((_, index) => mayAdd[index]));
  return tickets.filter(({ clusterId }) => allowed.has(clusterId));
}

async function ticketOf(request: RestRequest): Promise<HostTicket> {
  const id = param(request, "hostTicket");
  const found = (await openTickets(request)).find((ticket) => ticket.id === id);
  if (found === undefined) throw new NotFound("ticket", id.slice(0, 80));
  return found;
}

function render(
  { id, clusterId, expiresAtMs }: Pick<HostTicket, "id" | "clusterId" | "expiresAtMs">,
  links: Links,
): RestHostTicket {
  return {
    ...links.ref("hosttickets", id),
    expires: new Date(expiresAtMs),
    cluster: links.ref("clusters", clusterId),
  };
}
