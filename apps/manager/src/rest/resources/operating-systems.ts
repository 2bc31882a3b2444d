import { NotFound } from "../../domain/errors.ts";
import type { Links } from "../links.ts";
import { entity, list, param, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** With oVirt's ids and names (packaging/conf/osinfo-defaults.properties), as clients write the names into `os.type`. */
const systems = [
  { id: 0, name: "other", description: "Other OS" },
  { id: 5, name: "other_linux", description: "Linux" },
  { id: 24, name: "rhel_7x64", description: "Red Hat Enterprise Linux 7.x x64" },
  { id: 27, name: "windows_10x64", description: "Windows 10 x64" },
  { id: 29, name: "windows_2016x64", description: "Windows 2016 x64" },
  { id: 30, name: "rhel_8x64", description: "Red Hat Enterprise Linux 8.x x64" },
  { id: 31, name: "windows_2019x64", description: "Windows 2019 x64" },
  { id: 33, name: "other_linux_kernel_4", description: "Other Linux (kernel 4.x)" },
  { id: 34, name: "rhel_9x64", description: "Red Hat Enterprise Linux 9.x x64" },
  { id: 35, name: "rhcos_x64", description: "Red Hat Enterprise Linux CoreOS" },
  { id: 36, name: "windows_11", description: "Windows 11" },
  { id: 37, name: "windows_2022", description: "Windows 2022" },
  { id: 1193, name: "sles_11", description: "SUSE Linux Enterprise Server 11+" },
  { id: 1256, name: "ubuntu_14_04", description: "Ubuntu Trusty Tahr LTS+" },
  { id: 1257, name: "ubuntu_18_04", description: "Ubuntu Bionic Beaver LTS+" },
  { id: 1300, name: "debian_7", description: "Debian 7+" },
  { id: 1301, name: "debian_9", description: "Debian 9+" },
  { id: 1501, name: "freebsdx64", description: "FreeBSD 9.2 x64" },
] as const;

export const operatingSystemRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/operatingsystems",
    async handle(request) {
      const rendered = cutList(request, systems).map((system) => render(system, request.links));
      return list("operating_system_info", rendered);
    },
  },
  {
    method: "GET",
    path: "/operatingsystems/:operatingSystem",
    async handle(request) {
      const id = param(request, "operatingSystem");
      const found = systems.find((system) => String(system.id) === id);
      if (found === undefined) throw new NotFound("operating system", id.slice(0, 80));
      return entity("operating_system_info", render(found, request.links));
    },
  },
];

function render({ id, name, description }: (typeof systems)[number], links: Links) {
  return {
    ...links.of("operating_system", "operatingsystems", String(id)),
    name,
    description,
    architecture: "x86_64" as const,
    tpm_support: "supported" as const,
  };
}
