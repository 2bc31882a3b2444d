import type { ImageId } from "@yagura/std/ids.ts";
import { oneLine } from "@yagura/std/one-line.ts";
import { type Finding, needsAttention } from "../finding.ts";
import type { JudgedHost } from "../hosts.ts";
import { type DomainSnapshot, valueIn } from "../snapshot.ts";
import { describeDomain } from "./describe-domain.ts";
import { drawImage } from "./draw-image.ts";

/** What the doctor says of one domain. */
export interface Report {
  readonly snapshot: DomainSnapshot;
  readonly hosts: readonly JudgedHost[];
  readonly findings: readonly Finding[];
}

export interface FormatOptions {
  /** Everything that is there, not only what is wrong. */
  readonly explains: boolean;
}

/** For people: one line for a domain that is in order, else what it is, the chains concerned, and what was found. */
export function formatReport(report: Report, { explains }: FormatOptions): string {
  const { snapshot, findings } = report;
  if (findings.length === 0 && !explains) return `${summary(report)}\n`;
  const concerned = new Set<ImageId>(findings.flatMap(({ imageId }) => imageId ?? []));
  const images = snapshot.images.filter(({ imageId }) => explains || concerned.has(imageId));
  const parts = [
    ...describeDomain(report),
    ...images.flatMap((image) => ["", ...drawImage(image)]),
    ...findings.flatMap((found, index) => ["", ...formatFinding(found, index + 1)]),
    "",
    summary(report),
  ];
  return `${parts.join("\n")}\n`;
}

export function formatFinding({ what, meaning, remedy, severity, repair }: Finding, number: number): string[] {
  const heading = { harm: "HARM", disorder: "disorder", notice: "notice" }[severity];
  return [
    `${number}. ${heading}: ${oneLine(what)}`,
    `   Means:  ${meaning}`,
    `   Repair: ${remedy}${repair === undefined ? "" : " (--repair does it)"}`,
  ];
}

function summary({ snapshot, findings }: Report): string {
  const volumes = snapshot.images.reduce((sum, image) => sum + image.volumes.length, 0);
  const size = `${counted(snapshot.images.length, "image")}, ${counted(volumes, "volume")}`;
  const name = valueIn(snapshot.metadata)?.description;
  const domain = `${name === undefined || name === "" ? "the domain" : oneLine(name)} in ${oneLine(snapshot.path)}`;
  const wrong = findings.filter(needsAttention).length;
  const notices = findings.length - wrong;
  const also = notices === 0 ? "" : `; ${counted(notices, "notice")}`;
  if (wrong === 0) return `${domain} is in order (${size})${also}`;
  const repairable = findings.filter(({ repair }) => repair !== undefined).length;
  return `${domain}: ${counted(wrong, "finding")}, ${repairable} of them can be repaired by --repair (${size})${also}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
