import { optional } from "../optional.ts";
import { attributeOf, element, findText, type XmlElement } from "../xml/element.ts";

/** How libvirt labels files for one security driver; without one, the driver's own default is followed. */
export interface SecurityLabel {
  readonly model: "dac" | "selinux" | "apparmor";
  /** For a whole VM. `static` takes the label below, `dynamic` makes one, `none` does without the driver. */
  readonly type?: "static" | "dynamic" | "none";
  /** Whether libvirt may change the owner or label of the files. */
  readonly relabels?: boolean;
  /** For `dac`: "+36:+36" (a plus means a number). */
  readonly label?: string;
}

export function formatSecurityLabel(label: SecurityLabel): XmlElement {
  return element(
    "seclabel",
    {
      type: label.type,
      model: label.model,
      relabel: label.relabels === undefined ? undefined : label.relabels ? "yes" : "no",
    },
    [label.label === undefined ? undefined : element("label", {}, [label.label])],
  );
}

export function readSecurityLabel(from: XmlElement): SecurityLabel | undefined {
  const model = securityModels.find((known) => known === attributeOf(from, "model"));
  if (model === undefined) return undefined;
  const type = labelTypes.find((known) => known === attributeOf(from, "type"));
  const relabel = attributeOf(from, "relabel");
  const label = findText(from, "label");
  return {
    model,
    ...optional("type", type),
    ...(relabel !== undefined && { relabels: relabel === "yes" }),
    ...optional("label", label),
  };
}

const securityModels = ["dac", "selinux", "apparmor"] as const;
const labelTypes = ["static", "dynamic", "none"] as const;
