// A daemon for tests that says what the test wants: it reads requests, and answers each with what a function makes of it.
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";

/** A request as its bytes: the header's fields, and what follows. */
export interface ReceivedRequest {
  readonly command: number;
  readonly flags: number;
  readonly data: number;
  readonly data2: number;
  readonly body: Buffer;
  readonly socket: Socket;
}

export interface ScriptedDaemon extends AsyncDisposable {
  readonly socketPath: string;
  readonly requests: ReceivedRequest[];
}

/** @param answer what to send back; nothing for `undefined`; the connection stays open */
export async function scriptedDaemon(
  answer: (request: ReceivedRequest) => Uint8Array | undefined,
): Promise<ScriptedDaemon> {
  const directory = await temporaryDirectory();
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let held = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 32 && held.length >= held.readUInt32LE(16)) {
        const bytes = held.subarray(0, held.readUInt32LE(16));
        held = held.subarray(bytes.length);
        const [command, flags, data, data2] = [8, 12, 24, 28].map((at) => bytes.readUInt32LE(at)) as [
          number,
          number,
          number,
          number,
        ];
        const request = { command, flags, data, data2, body: bytes.subarray(32), socket };
        requests.push(request);
        const reply = answer(request);
        if (reply !== undefined) socket.write(reply);
      }
    });
  });
  const socketPath = join(directory.path, "sanlock.sock");
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await directory[Symbol.asyncDispose]();
    },
  };
}

export interface ReplyFields {
  readonly result?: number;
  readonly data2?: number;
  readonly body?: Uint8Array;
  readonly byteLength?: number;
  readonly magic?: number;
  readonly version?: number;
}

/** A reply to a request: its command again, a result, and a body. */
export function reply({ command }: Pick<ReceivedRequest, "command">, fields: ReplyFields = {}): Buffer {
  const { result = 0, data2 = 0, body = Buffer.alloc(0), magic = 0x04282010, version = 1 } = fields;
  const { byteLength = 32 + body.length } = fields;
  const header = Buffer.alloc(32);
  [magic, version, command, 0, byteLength, 0].forEach((value, index) => {
    header.writeUInt32LE(value, 4 * index);
  });
  header.writeInt32LE(result, 24);
  header.writeUInt32LE(data2, 28);
  return Buffer.concat([header, body]);
}

/** What a daemon answers when all goes well and nothing is held. */
export function doneAnswer(request: ReceivedRequest): Buffer | undefined {
  return request.command === 1 ? undefined : reply(request);
}
