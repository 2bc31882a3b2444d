// Files inside a guest, by way of its QEMU guest agent and libvirt's own socket: past everything that is tested.
import { type Connection, connect, parseUuid } from "@yagura/libvirt";

export interface GuestFiles extends AsyncDisposable {
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
}

/** @param socketPath of the libvirtd on which the guest runs */
export async function openGuestFiles(socketPath: string, vmId: string): Promise<GuestFiles> {
  const connection = await connect({ uri: "qemu:///system", socketPath });
  const ask = (execute: string, args: object): Promise<unknown> => askAgent(connection, vmId, execute, args);
  const withFile = async (path: string, mode: "r" | "w", work: (handle: unknown) => Promise<unknown>) => {
    const handle = await ask("guest-file-open", { path, mode });
    const result = await work(handle);
    await ask("guest-file-close", { handle });
    return result;
  };
  return {
    async write(path, text) {
      const content = Buffer.from(text).toString("base64");
      await withFile(path, "w", (handle) => ask("guest-file-write", { handle, "buf-b64": content }));
    },
    async read(path) {
      const result = await withFile(path, "r", (handle) => ask("guest-file-read", { handle }));
      if (typeof result !== "object" || result === null || !("buf-b64" in result)) throw new Error(`no ${path}`);
      return Buffer.from(String(result["buf-b64"]), "base64").toString();
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

async function askAgent(connection: Connection, vmId: string, execute: string, args: object): Promise<unknown> {
  const { dom } = await connection.remote.domainLookupByUuid({ uuid: parseUuid(vmId) });
  const cmd = JSON.stringify({ execute, arguments: args });
  const { result } = await connection.qemu.domainAgentCommand({ dom, cmd, timeout: 20, flags: 0 });
  const answer: { return?: unknown } = JSON.parse(result ?? "{}");
  return answer.return;
}
