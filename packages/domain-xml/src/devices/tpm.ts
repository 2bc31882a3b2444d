import { attributeOf, element, findChild, type XmlElement } from "../xml/element.ts";
import { oneOf } from "../xml/one-of.ts";
import { type Device, formatAlias, readAlias } from "./device.ts";

/** A TPM 2.0 emulated by swtpm. */
export interface Tpm extends Device {
  readonly model: "tpm-crb" | "tpm-tis";
  /** Whether the TPM's state outlives a VM that libvirt does not keep a definition of. */
  readonly keepsState?: boolean;
}

export function formatTpm(tpm: Tpm): XmlElement {
  return element("tpm", { model: tpm.model }, [
    element("backend", { type: "emulator", version: "2.0", persistent_state: tpm.keepsState ? "yes" : undefined }),
    formatAlias(tpm),
  ]);
}

export function readTpm(from: XmlElement): Tpm | undefined {
  const model = oneOf(attributeOf(from, "model"), ["tpm-crb", "tpm-tis"]);
  const backend = findChild(from, "backend");
  if (model === undefined || attributeOf(backend, "type") !== "emulator") return undefined;
  return {
    model,
    ...(attributeOf(backend, "persistent_state") === "yes" && { keepsState: true }),
    ...readAlias(from),
  };
}
