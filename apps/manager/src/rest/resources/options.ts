import { engineOptions } from "../../domain/engine-option/engine-options.ts";
import { NotFound } from "../../domain/errors.ts";
import { entity, param, type Route } from "../route.ts";

/** Open to everybody, as in oVirt: they are no secrets, and portals of users read them. */
export const optionRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/options/:engineOption",
    async handle(request) {
      const name = param(request, "engineOption");
      const version = request.query.find("version");
      const values = engineOptions
        .get(name)
        ?.filter((each) => version === undefined || each.version === version || each.version === "general");
      if (values === undefined || values.length === 0) throw new NotFound("option", name.slice(0, 80));
      return entity("system_option", {
        ...request.links.of("system_option", "options", name),
        name,
        values: values.map((each) => ({ ...each })),
      });
    },
  },
];
