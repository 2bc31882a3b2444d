import { type Frame, FrameRefused, frame } from "./frame.ts";
import { agreeHeartBeat, type HeartBeatTimes, offerHeartBeat } from "./heart-beat.ts";

/** What a client must do after a frame. */
export type ClientEffect =
  | { readonly do: "ready"; readonly times: HeartBeatTimes }
  | { readonly do: "message"; readonly destination: string; readonly body: Buffer }
  | { readonly do: "close"; readonly reason: Error };

/** The server answered with an ERROR frame; the message is its text. */
export class ErrorFrameReceived extends Error {
  override readonly name = "ErrorFrameReceived";
}

export interface ClientStompOptions {
  readonly times: HeartBeatTimes;
  /** Sent as `host`, for the peer's log. */
  readonly hostHeader?: string | undefined;
}

/** The client's side of one STOMP connection, without I/O. */
export class ClientStompSession {
  readonly #options: ClientStompOptions;
  #isConnected = false;

  constructor(options: ClientStompOptions) {
    this.#options = options;
  }

  /** The first frame. */
  connectFrame(): Frame {
    const { times, hostHeader } = this.#options;
    return frame("CONNECT", { "accept-version": "1.2", "heart-beat": offerHeartBeat(times), host: hostHeader });
  }

  handle(received: Frame): readonly ClientEffect[] {
    const { command, headers, body } = received;
    switch (command) {
      case "CONNECTED":
        return this.#connected(headers);
      case "MESSAGE":
        return [{ do: "message", destination: headers.get("destination") ?? "", body }];
      case "RECEIPT":
        return [];
      case "ERROR": {
        const text = body.length > 0 ? body.toString("utf8", 0, 500) : (headers.get("message") ?? "no reason given");
        return [{ do: "close", reason: new ErrorFrameReceived(text) }];
      }
      default:
        return [{ do: "close", reason: new FrameRefused(`a server does not send ${command}`) }];
    }
  }

  #connected(headers: ReadonlyMap<string, string>): readonly ClientEffect[] {
    if (this.#isConnected) return [{ do: "close", reason: new FrameRefused("CONNECTED came twice") }];
    const version = headers.get("version");
    if (version !== "1.2") return [{ do: "close", reason: new FrameRefused(`the server speaks version ${version}`) }];
    this.#isConnected = true;
    return [{ do: "ready", times: agreeHeartBeat(this.#options.times, headers.get("heart-beat")) }];
  }
}

export function subscribeFrame(destination: string, id: string): Frame {
  return frame("SUBSCRIBE", { destination, ack: "auto", id });
}

export interface RequestAddress {
  readonly destination: string;
  readonly replyTo: string;
  readonly correlationId?: string | undefined;
  /** A header of ours, `yagura-spm-epoch`; VDSM ignores it. */
  readonly spmEpoch?: number | undefined;
}

export function requestFrame({ destination, replyTo, correlationId, spmEpoch }: RequestAddress, body: string): Frame {
  const headers = {
    destination,
    "reply-to": replyTo,
    ovirtCorrelationId: correlationId?.slice(0, 200),
    "yagura-spm-epoch": spmEpoch?.toString(),
  };
  return frame("SEND", headers, body);
}
