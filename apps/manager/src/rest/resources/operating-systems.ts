import { NotFound } from "../../domain/errors.ts";
import { type OperatingSystem, operatingSystems } from "../../domain/operating-system/operating-system.ts";
import type { Links } from "../links.ts";
import { renderIcons } from "../representations/icon.ts";
import { entity, list, param, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

export const operatingSystemRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/operatingsystems",
    async handle(request) {
      const rendered = cutList(request, operatingSystems).map((system) => render(system, request.links));
      return list("operating_system_info", rendered);
    },
  },
  {
    method: "GET",
    path: "/operatingsystems/:operatingSystem",
    async handle(request) {
      const id = param(request, "operatingSystem");
      const found = operatingSystems.find((system) => String(system.id) === id);
      if (found === undefined) throw new NotFound("operating system", id.slice(0, 80));
      return entity("operating_system_info", render(found, request.links));
    },
  },
];

function render({ id, name, title, architecture, tpm }: OperatingSystem, links: Links) {
  return {
    ...links.of("operating_system", "operatingsystems", String(id)),
    name,
    description: title,
    architecture,
    tpm_support: tpm,
    ...renderIcons({}, name, links),
  };
}
