import { createHostTicket } from "../../enrolment/host-tickets.ts";
import { getReferenced } from "../references.ts";
import { entity, type Route } from "../route.ts";

const VALID_MS = 60 * 60_000;
const VALID_MS_MIN = 1000;

/** Ours: a ticket by which one host introduces itself and is approved at once. Its value is told only here. */
export const hostTicketRoutes: readonly Route[] = [
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
      const value = {
        ...links.ref("hosttickets", id),
        value: ticket,
        expires: new Date(expiresAtMs),
        cluster: links.ref("clusters", cluster.id),
      };
      return entity("host_ticket", value, "created");
    },
  },
];
