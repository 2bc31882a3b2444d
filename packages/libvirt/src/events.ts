import type { EventListener, EventRouter } from "./event-router.ts";
import type { QemuCalls } from "./protocol/generated/qemu-calls.ts";
import type { QemuDomainMonitorEventMessage } from "./protocol/generated/qemu-types.ts";
import type { RemoteCalls } from "./protocol/generated/remote-calls.ts";
import {
  type DomainEvents,
  domainEventIds,
  type NetworkEvents,
  type NodeDeviceEvents,
  networkEventIds,
  nodeDeviceEventIds,
  type SecretEvents,
  type StoragePoolEvents,
  secretEventIds,
  storagePoolEventIds,
} from "./protocol/generated/remote-events.ts";
import type { Domain, Network, NodeDevice, Secret, StoragePool } from "./protocol/generated/remote-types.ts";

/**
 * Subscriptions. A listener is called for each event, in their order, and must not take long; disposing of what is
 * returned ends it. Nothing tells a listener that the connection has ended: see `Connection.closed`.
 */
export interface Events {
  /** Of all guests, or of one (`of`). */
  domain<Kind extends keyof DomainEvents>(
    kind: Kind,
    listener: EventListener<DomainEvents[Kind]>,
    of?: Domain,
  ): Promise<AsyncDisposable>;
  network<Kind extends keyof NetworkEvents>(
    kind: Kind,
    listener: EventListener<NetworkEvents[Kind]>,
    of?: Network,
  ): Promise<AsyncDisposable>;
  storagePool<Kind extends keyof StoragePoolEvents>(
    kind: Kind,
    listener: EventListener<StoragePoolEvents[Kind]>,
    of?: StoragePool,
  ): Promise<AsyncDisposable>;
  nodeDevice<Kind extends keyof NodeDeviceEvents>(
    kind: Kind,
    listener: EventListener<NodeDeviceEvents[Kind]>,
    of?: NodeDevice,
  ): Promise<AsyncDisposable>;
  secret<Kind extends keyof SecretEvents>(
    kind: Kind,
    listener: EventListener<SecretEvents[Kind]>,
    of?: Secret,
  ): Promise<AsyncDisposable>;
  /** QEMU's own events, all or those of one name. They may change from one QEMU to the next. */
  monitor(listener: EventListener<QemuDomainMonitorEventMessage>, only?: MonitorEventFilter): Promise<AsyncDisposable>;
}

export interface MonitorEventFilter {
  readonly dom?: Domain;
  readonly event?: string;
  readonly flags?: number;
}

export function openEvents(router: EventRouter, remote: RemoteCalls, qemu: QemuCalls): Events {
  return {
    domain: (kind, listener, dom) =>
      router.subscribe(
        "domain",
        {
          register: async () =>
            (await remote.connectDomainEventCallbackRegisterAny({ eventID: domainEventIds[kind], dom })).callbackID,
          deregister: (callbackID) => remote.connectDomainEventCallbackDeregisterAny({ callbackID }),
        },
        listener,
      ),
    network: (kind, listener, net) =>
      router.subscribe(
        "network",
        {
          register: async () =>
            (await remote.connectNetworkEventRegisterAny({ eventID: networkEventIds[kind], net })).callbackID,
          deregister: (callbackID) => remote.connectNetworkEventDeregisterAny({ callbackID }),
        },
        listener,
      ),
    storagePool: (kind, listener, pool) =>
      router.subscribe(
        "storagePool",
        {
          register: async () =>
            (await remote.connectStoragePoolEventRegisterAny({ eventID: storagePoolEventIds[kind], pool })).callbackID,
          deregister: (callbackID) => remote.connectStoragePoolEventDeregisterAny({ callbackID }),
        },
        listener,
      ),
    nodeDevice: (kind, listener, dev) =>
      router.subscribe(
        "nodeDevice",
        {
          register: async () =>
            (await remote.connectNodeDeviceEventRegisterAny({ eventID: nodeDeviceEventIds[kind], dev })).callbackID,
          deregister: (callbackID) => remote.connectNodeDeviceEventDeregisterAny({ callbackID }),
        },
        listener,
      ),
    secret: (kind, listener, secret) =>
      router.subscribe(
        "secret",
        {
          register: async () =>
            (await remote.connectSecretEventRegisterAny({ eventID: secretEventIds[kind], secret })).callbackID,
          deregister: (callbackID) => remote.connectSecretEventDeregisterAny({ callbackID }),
        },
        listener,
      ),
    monitor: (listener, { dom, event, flags } = {}) =>
      router.subscribe(
        "monitor",
        {
          register: async () => (await qemu.connectDomainMonitorEventRegister({ dom, event, flags })).callbackID,
          deregister: (callbackID) => qemu.connectDomainMonitorEventDeregister({ callbackID }),
        },
        listener,
      ),
  };
}
