import { sql } from "kysely";
import { constant, cross, names, nothing, type Searchable, text, word } from "../field.ts";
import { tagFields } from "./crossings.ts";

const id = sql`users.id`;

// All the ways in which clients write who somebody is.
const logins = cross(text(sql`logins.name`), {
  key: id,
  from: sql`(select id, name from users union all select id, name || '@' || domain as name from users
    union all select id, name || '@' || domain || '-authz' as name from users) as logins`,
  owner: sql`logins.id`,
});
const directories = cross(text(sql`directories.name`), {
  key: id,
  from: sql`(select id, domain as name from users union all select id, domain || '-authz' as name from users) as directories`,
  owner: sql`directories.id`,
});

/** Whoever administers nothing sees only himself. */
export const userSearch: Searchable = {
  from: sql`users`,
  id,
  order: sql`users.name, users.id`,
  visible: ({ isAdministrator, userId = "" }) => (isAdministrator ? undefined : sql`users.id = ${userId}`),
  fields: {
    id: word(id),
    name: text(sql`(case when users.first_name = '' then users.name else users.first_name end)`),
    lastname: text(sql`users.last_name`),
    ...names(logins, "usrname", "username"),
    ...names(text(sql`users.name`), "login", "principal"),
    ...names(directories, "directory", "domain"),
    namespace: text(sql`users.namespace`),
    department: text(sql`users.department`),
    email: text(sql`users.email`),
    type: constant("user"),
    ...tagFields("user", id),
    // Not there yet.
    pool: nothing,
  },
};
