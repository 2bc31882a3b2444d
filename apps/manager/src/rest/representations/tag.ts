import type { Tag as RestTag } from "@yagura/rest-model";
import type { Tag } from "../../domain/tag/tag.ts";
import type { Links } from "../links.ts";

export function renderTag(tag: Tag, links: Links): RestTag {
  return {
    ...links.of("tag", "tags", tag.id),
    name: tag.name,
    description: tag.description,
    ...(tag.parentId !== undefined && { parent: links.ref("tags", tag.parentId) }),
  };
}

/** A tag as something bears it: `/vms/{id}/tags/{id}`, with a reference to the VM. */
export function renderAssignedTag(
  tag: Tag,
  links: Links,
  owner: { readonly member: "vm" | "host" | "template" | "user" | "group"; readonly path: string; readonly id: string },
): RestTag {
  return {
    ...renderTag(tag, links),
    ...links.of("assigned_tag", owner.path, owner.id, "tags", tag.id),
    [owner.member]: links.ref(owner.path, owner.id),
  };
}
