import type { Template as RestTemplate } from "@yagura/rest-model";
import type { Template } from "../../domain/template/template.ts";
import type { Links } from "../links.ts";
import { renderDate } from "./common.ts";
import { renderHardware } from "./hardware.ts";
import { renderIcons } from "./icon.ts";

export function renderTemplate(template: Template, links: Links, allContent: boolean): RestTemplate {
  return {
    ...links.of("template", "templates", template.id),
    ...renderHardware(template.type, template.hardware, allContent),
    name: template.name,
    description: template.description,
    comment: template.comment,
    creation_time: renderDate(template.createdAtMs),
    delete_protected: template.isDeleteProtected,
    ...renderIcons(template, template.hardware.osType, links),
    status: template.status,
    version: { base_template: links.ref("templates", template.id), version_name: "base version", version_number: 1 },
    ...(template.clusterId !== undefined && { cluster: links.ref("clusters", template.clusterId) }),
  };
}
