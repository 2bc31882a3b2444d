import { type Connection, formatUuid } from "@yagura/libvirt";
import { findId, type VmId } from "@yagura/std/ids.ts";
import { readIoErrorReason } from "./domain-events.ts";
import type { DomainEvent } from "./hypervisor.ts";

const GRAPHICS_DISCONNECT = 2;
const AGENT_CONNECTED = 1;
const IO_ERROR_PAUSE = 1;

/** Registers for every event that concerns a VM. Registrations end with the connection. */
export async function subscribeDomainEvents(
  connection: Connection,
  listener: (event: DomainEvent) => void,
): Promise<void> {
  const tell = (uuid: Uint8Array, make: (vmId: VmId) => DomainEvent): void => {
    const vmId = findId<VmId>(formatUuid(uuid));
    if (vmId !== undefined) listener(make(vmId));
  };
  const { events } = connection;
  await events.domain("lifecycle", ({ dom, event, detail }) =>
    tell(dom.uuid, (vmId) => ({ kind: "lifecycle", vmId, event, detail })),
  );
  await events.domain("reboot", ({ dom }) => tell(dom.uuid, (vmId) => ({ kind: "rebooted", vmId })));
  await events.domain("ioErrorReason", ({ dom, srcPath, devAlias, action, reason }) =>
    tell(dom.uuid, (vmId) => ({
      kind: "io-error",
      vmId,
      path: srcPath,
      alias: devAlias,
      pauses: action === IO_ERROR_PAUSE,
      pauseCode: readIoErrorReason(reason),
    })),
  );
  await events.domain("agentLifecycle", ({ dom, state }) =>
    tell(dom.uuid, (vmId) => ({ kind: "agent", vmId, isConnected: state === AGENT_CONNECTED })),
  );
  await events.domain("graphics", ({ dom, phase, remote }) =>
    tell(dom.uuid, (vmId) => ({
      kind: "graphics",
      vmId,
      clientAddress: phase === GRAPHICS_DISCONNECT ? undefined : remote.node,
    })),
  );
}
