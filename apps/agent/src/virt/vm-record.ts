import { element, findChild, findText, listChildren, localName, type XmlElement } from "@yagura/domain-xml";
import { type ExitReason, exitReasons, type VmExit } from "./vm-exit.ts";

/** What this agent keeps of a VM, in libvirt's metadata of it and nowhere else: it survives the agent and the Manager. */
export interface VmRecord {
  /** `placeholder`: nothing but the name was given to libvirt yet; `started`: the VM was, or is being, started. */
  readonly phase: "placeholder" | "started";
  readonly startedAtMs?: number;
  readonly asked?: "shutdown" | "destroy" | "pause-timeout";
  /** Since when an I/O error has paused it, on the clock of events: it cannot outlive the boot of its host. */
  readonly ioPausedAtMs?: number;
  /** Set when the VM is Down, until it is destroyed. */
  readonly exit?: VmExit;
}

export const recordNamespace = "urn:yagura:agent:vm:1";
export const recordPrefix = "yagura";

/** As it stands in a whole domain. */
export function formatVmRecord(record: VmRecord): XmlElement {
  const { root, children } = contentOf(record, (name) => `${recordPrefix}:${name}`);
  return element(`${recordPrefix}:vm`, { [`xmlns:${recordPrefix}`]: recordNamespace, ...root }, children);
}

/** As libvirt wants it alone: it adds the namespace and its prefix itself, and refuses a document that has them. */
export function formatBareVmRecord(record: VmRecord): XmlElement {
  const { root, children } = contentOf(record, (name) => name);
  return element("vm", root, children);
}

function contentOf({ phase, startedAtMs, asked, ioPausedAtMs, exit }: VmRecord, named: (name: string) => string) {
  const children = [
    startedAtMs === undefined ? undefined : element(named("startedAtMs"), {}, [startedAtMs]),
    asked === undefined ? undefined : element(named("asked"), {}, [asked]),
    ioPausedAtMs === undefined ? undefined : element(named("ioPausedAtMs"), {}, [ioPausedAtMs]),
    exit === undefined
      ? undefined
      : element(named("exit"), { code: exit.code, reason: exit.reason }, [cleanText(exit.message)]),
  ];
  return { root: { phase }, children };
}

/** Reads the record out of a whole domain; `undefined` when there is none, as in a domain that vdsm started. */
export function findVmRecord(domain: XmlElement): VmRecord | undefined {
  const found = listChildren(findChild(domain, "metadata")).find(
    (child) => localName(child) === "vm" && [...child.attributes.values()].includes(recordNamespace),
  );
  if (found === undefined) return undefined;
  const prefix = found.name.slice(0, Math.max(0, found.name.indexOf(":")));
  const named = (name: string): string => (prefix === "" ? name : `${prefix}:${name}`);
  const asked = findText(found, named("asked"));
  const startedAtMs = readNumber(findText(found, named("startedAtMs")));
  const ioPausedAtMs = readNumber(findText(found, named("ioPausedAtMs")));
  const exit = readExit(findChild(found, named("exit")));
  return {
    phase: found.attributes.get("phase") === "placeholder" ? "placeholder" : "started",
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(ioPausedAtMs !== undefined && { ioPausedAtMs }),
    ...((asked === "shutdown" || asked === "destroy" || asked === "pause-timeout") && { asked }),
    ...(exit !== undefined && { exit }),
  };
}

function readNumber(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function readExit(from: XmlElement | undefined): VmExit | undefined {
  const reason = from?.attributes.get("reason") ?? "";
  if (from === undefined || !(reason in exitReasons)) return undefined;
  return {
    code: from.attributes.get("code") === "0" ? 0 : 1,
    reason: reason as ExitReason,
    message: findText(from) ?? "",
  };
}

/** Messages of QEMU may hold characters that XML has not. */
function cleanText(text: string): string {
  return text.replace(/\p{Cc}/gu, " ").slice(0, 4096);
}
