// The libvirt client: what others may import. See README.md.
export type { CallLimits } from "./call-window.ts";
export { type ConnectOptions, connect } from "./connect.ts";
export type { Connection } from "./connection.ts";
export * from "./errors.ts";
export { EventFeed, type FeedItem } from "./event-feed.ts";
export type { EventListener } from "./event-router.ts";
export type { Events, MonitorEventFilter } from "./events.ts";
export type { CallOptions, WithStream } from "./protocol/caller.ts";
export * from "./protocol/generated/constants.ts";
export type { QemuCalls } from "./protocol/generated/qemu-calls.ts";
export type * from "./protocol/generated/qemu-types.ts";
export type { RemoteCalls } from "./protocol/generated/remote-calls.ts";
export type {
  DomainEvents,
  NetworkEvents,
  NodeDeviceEvents,
  SecretEvents,
  StoragePoolEvents,
} from "./protocol/generated/remote-events.ts";
export type * from "./protocol/generated/remote-types.ts";
export { type ByteStream, StreamAborted, type StreamPiece, StreamStalled } from "./stream.ts";
export type { TlsOptions } from "./transport/dial.ts";
export * from "./typed-params.ts";
export { BadLibvirtUri } from "./uri.ts";
export { charsToText, formatUuid, parseUuid } from "./uuid.ts";
