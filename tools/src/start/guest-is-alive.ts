import type { LibvirtDaemon } from "@yagura/lab/private-libvirtd.ts";
import { connect, isNoDomain, parseUuid } from "@yagura/libvirt";

/** Whether libvirt runs this guest at this very moment, in whatever state. */
export async function guestIsAlive(daemon: LibvirtDaemon, vmId: string): Promise<boolean> {
  await using connection = await connect({ uri: daemon.uri, socketPath: daemon.socketPath });
  try {
    const { dom } = await connection.remote.domainLookupByUuid({ uuid: parseUuid(vmId) });
    return dom.id !== -1;
  } catch (error) {
    if (isNoDomain(error)) return false;
    throw error;
  }
}
