import { attributeOf, element, findChild, type XmlElement } from "../xml/element.ts";
import { oneOf } from "../xml/one-of.ts";
import { type Device, formatAlias, readAlias } from "./device.ts";

export interface Video extends Device {
  readonly model: "virtio" | "vga" | "bochs" | "none";
}

export function formatVideo(video: Video): XmlElement {
  const heads = video.model === "none" ? undefined : 1;
  return element("video", {}, [element("model", { type: video.model, heads }), formatAlias(video)]);
}

export function readVideo(from: XmlElement): Video | undefined {
  const model = oneOf(attributeOf(findChild(from, "model"), "type"), ["virtio", "vga", "bochs", "none"]);
  return model === undefined ? undefined : { model, ...readAlias(from) };
}
