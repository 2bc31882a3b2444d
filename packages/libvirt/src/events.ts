import type { EventListener, EventRouter } from "./event-router.ts";
import type { EventFamily } from "./protocol/event-message.ts";
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

interface Subscribed {
  readonly callbackID: number;
}

export interface MonitorEventFilter {
  readonly dom?: Domain;
  readonly event?: string;
  readonly flags?: number;
}

export function openEvents(router: EventRouter, remote: RemoteCalls, qemu: QemuCalls): Events {
  const subscribe = <T>(
    family: EventFamily,
    listener: EventListener<T>,
    register: () => Promise<Subscribed>,
    deregister: (subscribed: Subscribed) => Promise<void>,
  ): Promise<AsyncDisposable> =>
    router.subscribe(
      family,
      {
        register: async () => (await register()).callbackID,
        deregister: (callbackID) => deregister({ callbackID }),
      },
      listener,
    );
  return {
    domain(kind, listener, dom) {
      const register = () => remote.connectDomainEventCallbackRegisterAny({ eventID: domainEventIds[kind], dom });
      return subscribe("domain", listener, register, (from) => remote.connectDomainEventCallbackDeregisterAny(from));
    },
    network(kind, listener, net) {
      const register = () => remote.connectNetworkEventRegisterAny({ eventID: networkEventIds[kind], net });
      return subscribe("network", listener, register, (from) => remote.connectNetworkEventDeregisterAny(from));
    },
    storagePool(kind, listener, pool) {
      const register = () => remote.connectStoragePoolEventRegisterAny({ eventID: storagePoolEventIds[kind], pool });
      return subscribe("storagePool", listener, register, (from) => remote.connectStoragePoolEventDeregisterAny(from));
    },
    nodeDevice(kind, listener, dev) {
      const register = () => remote.connectNodeDeviceEventRegisterAny({ eventID: nodeDeviceEventIds[kind], dev });
      return subscribe("nodeDevice", listener, register, (from) => remote.connectNodeDeviceEventDeregisterAny(from));
    },
    secret(kind, listener, secret) {
      const register = () => remote.connectSecretEventRegisterAny({ eventID: secretEventIds[kind], secret });
      return subscribe("secret", listener, register, (from) => remote.connectSecretEventDeregisterAny(from));
    },
    monitor(listener, only = {}) {
      const register = () => qemu.connectDomainMonitorEventRegister(only);
      return subscribe("monitor", listener, register, (from) => qemu.connectDomainMonitorEventDeregister(from));
    },
  };
}
