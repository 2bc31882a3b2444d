import { getIcon, listIcons } from "../../db/queries/icons.ts";
import type { IconId } from "../../domain/icon/icon.ts";
import { pathId } from "../references.ts";
import { renderIcon } from "../representations/icon.ts";
import { entity, list, param, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** Open to everybody, as in oVirt: a picture tells nothing of who has it. */
export const iconRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/icons",
    async handle(request) {
      const icons = cutList(request, await listIcons(request.context.db));
      return list(
        "icon",
        icons.map((icon) => renderIcon(icon, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/icons/:icon",
    async handle(request) {
      const icon = await getIcon(request.context.db, pathId<IconId>("icon", param(request, "icon")));
      return entity("icon", renderIcon(icon, request.links));
    },
  },
];
