import { sql } from "kysely";
import { type Searchable, text, time, word } from "../field.ts";

/** The newest first. Who did not start a job sees it only as an administrator. */
export const jobSearch: Searchable = {
  from: sql`jobs`,
  id: sql`jobs.id`,
  order: sql`jobs.started_at_ms desc, jobs.id`,
  visible: ({ isAdministrator, userId = "" }) => (isAdministrator ? undefined : sql`jobs.owner_id = ${userId}`),
  fields: {
    id: word(sql`jobs.id`),
    correlation_id: text(sql`jobs.correlation_id`),
    description: text(sql`jobs.description`),
    status: word(sql`jobs.status`),
    start_time: time(sql`jobs.started_at_ms`),
  },
};
