import type { VmClock } from "../vm-definition.ts";
import { attributeOf, element, findChild, type XmlElement } from "../xml/element.ts";
import { oneOf } from "../xml/one-of.ts";

/** The clock, with the timers set as oVirt sets them: a guest that was paused catches up, and there is no HPET. */
export function formatClock(clock: VmClock): XmlElement {
  const adjustment = clock.offset === "variable" ? clock.adjustmentSeconds : undefined;
  return element("clock", { offset: clock.offset, adjustment }, [
    element("timer", { name: "rtc", tickpolicy: "catchup" }),
    element("timer", { name: "pit", tickpolicy: "delay" }),
    element("timer", { name: "hpet", present: "no" }),
  ]);
}

export function readClock(domain: XmlElement): VmClock | undefined {
  const clock = findChild(domain, "clock");
  const offset = oneOf(attributeOf(clock, "offset"), ["utc", "localtime", "variable"]);
  if (offset !== "variable") return offset === undefined ? undefined : { offset };
  return { offset, adjustmentSeconds: Number(attributeOf(clock, "adjustment") ?? 0) };
}
