import { sql } from "kysely";
import { everyoneGroupId } from "../../../domain/user/user.ts";
import { constant, cross, names, type Searchable, text, word } from "../field.ts";
import { tagFields } from "./crossings.ts";

const id = sql`user_groups.id`;

const logins = cross(text(sql`logins.name`), {
  key: id,
  from: sql`(select id, name from user_groups union all select id, name || '@' || domain as name from user_groups
    union all select id, name || '@' || domain || '-authz' as name from user_groups) as logins`,
  owner: sql`logins.id`,
});
const directories = cross(text(sql`directories.name`), {
  key: id,
  from: sql`(select id, domain as name from user_groups
    union all select id, domain || '-authz' as name from user_groups) as directories`,
  owner: sql`directories.id`,
});

/** Whoever administers nothing sees only the groups that he is in; everybody is in that of everybody. */
export const groupSearch: Searchable = {
  from: sql`user_groups`,
  id,
  order: sql`user_groups.name, user_groups.id`,
  visible({ isAdministrator, userId = "" }) {
    if (isAdministrator) return undefined;
    return sql`(user_groups.id = ${everyoneGroupId}
      or exists (select 1 from group_members m where m.group_id = user_groups.id and m.user_id = ${userId}))`;
  },
  fields: {
    id: word(id),
    name: text(sql`user_groups.name`),
    usrname: logins,
    namespace: text(sql`user_groups.namespace`),
    ...names(directories, "directory", "domain"),
    type: constant("group"),
    ...tagFields("group", id),
  },
};
