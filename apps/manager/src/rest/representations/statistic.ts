import type { Statistic, StatisticKind, StatisticUnit } from "@yagura/rest-model";
import type { Links } from "../links.ts";

/** One measured value under oVirt's name for it. */
export interface Measured {
  readonly name: string;
  readonly description: string;
  readonly unit: StatisticUnit;
  readonly kind?: StatisticKind;
  /** A number, or a text; none: not known. */
  readonly value: number | string | undefined;
}

/** The statistics of something; each has an id made of its name, the same on every host and forever. */
export function renderStatistics(measured: readonly Measured[], links: Links, ...owner: string[]): Statistic[] {
  return measured.map(({ name, description, unit, kind = "gauge", value }) => {
    const id = Buffer.from(name).toString("hex");
    const isWhole = unit === "bytes" || unit === "seconds";
    if (typeof value === "string") {
      const ref = links.ref(...owner, "statistics", id);
      return { ...ref, name, description, kind, type: "string", unit, values: [{ detail: value }] };
    }
    return {
      ...links.ref(...owner, "statistics", id),
      name,
      description,
      kind,
      type: isWhole ? "integer" : "decimal",
      unit,
      values: value === undefined ? [] : [{ datum: isWhole ? Math.round(value) : value }],
    };
  });
}
