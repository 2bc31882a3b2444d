import type { TemplateId } from "@yagura/std/ids.ts";
import { listNics } from "../../db/queries/nics.ts";
import { getTemplate, listTemplateDisks, listTemplates } from "../../db/queries/templates.ts";
import { NotFound } from "../../domain/errors.ts";
import { createTemplate } from "../../operations/templates/create-template.ts";
import { removeTemplate } from "../../operations/templates/remove-template.ts";
import { updateTemplate } from "../../operations/templates/update-template.ts";
import { defined } from "../defined.ts";
import { foundList } from "../found-list.ts";
import { manyEntities, manyLists, mapValues } from "../many.ts";
import { findReferenced, getReferenced, pathId, readTexts, required } from "../references.ts";
import { renderTemplateDiskAttachment } from "../representations/disk.ts";
import { readIcons } from "../representations/icon.ts";
import { renderNic } from "../representations/nic.ts";
import { readHardware } from "../representations/read-hardware.ts";
import { renderTemplate } from "../representations/template.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { templateSearch } from "../search/fields/templates.ts";
import { cutList } from "../select-list.ts";
import { created, SHORT_WAIT_MS, waitFor } from "../wait-for.ts";

export const templateRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/templates",
    async handle(request) {
      return foundList(request, "template", templateSearch, (ids) => readTemplates(request, ids as TemplateId[]));
    },
  },
  {
    method: "GET",
    path: "/templates/:template",
    async handle(request) {
      const template = await request.inventory.template(param(request, "template"));
      return entity("template", renderTemplate(template, request.links, request.allContent));
    },
    many: manyEntities({ type: "template", name: "template", searchable: templateSearch }, readTemplates),
  },
  {
    method: "POST",
    path: "/templates",
    async handle(request) {
      const { context, inventory } = request;
      const body = request.read("template");
      const missing = { type: "Template", member: "vm", operation: "add" } as const;
      const vm = await getReferenced("vm", body.vm, () => inventory.vms(), missing);
      const cluster = await findReferenced("cluster", body.cluster, () => inventory.clusters());
      const hardware = readHardware(body, vm.hardware.cpu);
      const started = await createTemplate(context, {
        ...readTexts(body),
        ...defined({ id: body.id === undefined ? undefined : pathId<TemplateId>("template", body.id) }),
        ...defined({ clusterId: cluster?.id }),
        name: required(body.name, "Template", "name", "add"),
        from: { vmId: vm.id },
        ...defined({ icons: readIcons(body) }),
        hardware,
      });
      const outcome = await waitFor(request, started, { waitMs: SHORT_WAIT_MS });
      const template = await getTemplate(context.db, started.template.id);
      return created("template", renderTemplate(template, request.links, request.allContent), outcome);
    },
  },
  {
    method: "PUT",
    path: "/templates/:template",
    async handle(request) {
      const before = await request.inventory.template(param(request, "template"));
      const body = request.read("template");
      const hardware = readHardware(body, before.hardware.cpu);
      const updated = await updateTemplate(request.context, {
        templateId: before.id,
        ...readTexts(body),
        ...defined({ isDeleteProtected: body.delete_protected }),
        ...(Object.keys(hardware).length > 0 && { hardware }),
        ...defined({ icons: readIcons(body) }),
      });
      return entity("template", renderTemplate(updated, request.links, request.allContent));
    },
  },
  {
    method: "DELETE",
    path: "/templates/:template",
    async handle(request) {
      const templateId = pathId<TemplateId>("template", param(request, "template"));
      await waitFor(request, await removeTemplate(request.context, templateId));
      return completed();
    },
  },
  {
    method: "GET",
    path: "/templates/:template/diskattachments",
    async handle(request) {
      return list("disk_attachment", await renderAttachments(request));
    },
    many: manyLists(
      { type: "disk_attachment", name: "template", searchable: templateSearch },
      async ({ context, links }, templateIds: readonly TemplateId[]) => {
        const attachments = await listTemplateDisks(context.db, { templateIds });
        const byTemplate = Map.groupBy(attachments, ({ templateId }) => templateId);
        return mapValues(byTemplate, (each) => renderTemplateDiskAttachment(each, links));
      },
    ),
  },
  {
    method: "GET",
    path: "/templates/:template/diskattachments/:disk",
    async handle(request) {
      const diskId = param(request, "disk");
      const found = (await renderAttachments(request)).find(({ id }) => id === diskId);
      if (found === undefined) throw new NotFound("disk attachment", diskId.slice(0, 80));
      return entity("disk_attachment", found);
    },
  },
  {
    method: "GET",
    path: "/templates/:template/nics",
    async handle(request) {
      return list("nic", cutList(request, await renderNics(request)));
    },
    many: manyLists(
      { type: "nic", name: "template", searchable: templateSearch },
      async ({ context, links }, templateIds: readonly TemplateId[]) => {
        const nics = await listNics(context.db, { templateIds });
        const byTemplate = Map.groupBy(nics, ({ owner }) => ("templateId" in owner ? owner.templateId : ""));
        return mapValues(byTemplate, (each) => renderNic(each, links));
      },
    ),
  },
  {
    method: "GET",
    path: "/templates/:template/nics/:nic",
    async handle(request) {
      const nicId = param(request, "nic");
      const found = (await renderNics(request)).find(({ id }) => id === nicId);
      if (found === undefined) throw new NotFound("nic", nicId.slice(0, 80));
      return entity("nic", found);
    },
  },
];

async function readTemplates({ context, links, allContent }: RestRequest, ids: readonly TemplateId[]) {
  return (await listTemplates(context.db, { ids })).map((each) => renderTemplate(each, links, allContent));
}

async function idOf(request: RestRequest): Promise<TemplateId> {
  return (await request.inventory.template(param(request, "template"))).id;
}

async function renderAttachments(request: RestRequest) {
  const attachments = await listTemplateDisks(request.context.db, { templateId: await idOf(request) });
  return attachments.map((each) => renderTemplateDiskAttachment(each, request.links));
}

async function renderNics(request: RestRequest) {
  const nics = await listNics(request.context.db, { templateId: await idOf(request) });
  return nics.map((each) => renderNic(each, request.links));
}
