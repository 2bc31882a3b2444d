// What a test and the runner inside a host say to each other over the host's serial line: JSON, each with its length before it.

/** What we ask of the runner. */
export type GuestRequest =
  | {
      readonly id: number;
      readonly ask: "run";
      readonly program: string;
      readonly args: readonly string[];
      /** Standard input, in base64. */
      readonly input?: string;
      readonly env: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
    }
  | {
      readonly id: number;
      readonly ask: "start";
      readonly program: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      /** The file that gets what the program prints. */
      readonly log: string;
    }
  | { readonly id: number; readonly ask: "switch off" };

/** What the runner says: `ready` when it begins, `received` for all bytes that came, the others as answers. */
export type GuestReply =
  | { readonly is: "ready" }
  | { readonly is: "received"; readonly bytes: number }
  | {
      readonly id: number;
      readonly is: "ended";
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly id: number; readonly is: "started"; readonly pid: number }
  | { readonly id: number; readonly is: "late" }
  | { readonly id: number; readonly is: "failed"; readonly reason: string };

/** So much may be under way to the host unacknowledged: of more than 4096 bytes, its kernel loses what does not fit. */
export const windowBytes = 2048;

const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
const lengthBytes = 4;

/** The other side says what cannot be a message; nothing more can be read from it. */
export class GuestProtocolError extends Error {
  override readonly name = "GuestProtocolError";
}

/** @throws GuestProtocolError when it is too long */
export function encodeMessage(message: GuestRequest | GuestReply): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  if (body.length > MESSAGE_BYTES_MAX) throw new GuestProtocolError(`a message of ${body.length} bytes is too long`);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** Puts bytes together to messages. */
export class MessageReader<Message extends GuestRequest | GuestReply> {
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** The messages that these bytes complete. @throws GuestProtocolError */
  read(chunk: Buffer): Message[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const messages: Message[] = [];
    for (let wanted = this.#wanted(); wanted !== undefined && this.#bytes >= wanted; wanted = this.#wanted()) {
      const all = Buffer.concat(this.#chunks);
      messages.push(parse(all.subarray(lengthBytes, wanted)));
      this.#chunks = [all.subarray(wanted)];
      this.#bytes -= wanted;
    }
    return messages;
  }

  /** How long the first message is with its length, if that is known by now. */
  #wanted(): number | undefined {
    if (this.#bytes < lengthBytes) return undefined;
    if ((this.#chunks[0]?.length ?? 0) < lengthBytes) this.#chunks = [Buffer.concat(this.#chunks)];
    const length = this.#chunks[0]?.readUInt32BE() ?? 0;
    if (length > MESSAGE_BYTES_MAX) throw new GuestProtocolError(`a message of ${length} bytes is announced`);
    return lengthBytes + length;
  }
}

function parse(body: Buffer) {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw new GuestProtocolError("what came is not JSON", { cause });
  }
}
