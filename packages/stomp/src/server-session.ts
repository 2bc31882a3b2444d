import { covers, defaultReplyDestination, isRequestDestination } from "./destinations.ts";
import { type Frame, frame } from "./frame.ts";
import { encodeFrame, HeadersTooLong } from "./frame-writer.ts";
import { answerHeartBeat, type HeartBeatTimes } from "./heart-beat.ts";

const subscriptionsMax = 100;

/** What a server must do after a frame, in order. */
export type ServerEffect =
  | { readonly do: "send"; readonly frame: Frame }
  | { readonly do: "beat"; readonly times: HeartBeatTimes }
  | {
      readonly do: "request";
      readonly body: Buffer;
      readonly replyTo: string;
      readonly correlationId: string | undefined;
      /** `yagura-spm-epoch`, as it came. */
      readonly spmEpoch: string | undefined;
    }
  /** Pass the frame on to whoever is subscribed; `isRequest`: it does not matter if nobody is. */
  | { readonly do: "forward"; readonly destination: string; readonly frame: Frame; readonly isRequest: boolean }
  | { readonly do: "close"; readonly because: string };

/**
 * The server's side of one STOMP connection, without I/O: frames in, effects out. It follows VDSM
 * (lib/yajsonrpc/stompserver.py), except that a frame before CONNECT is refused, DISCONNECT may lack a receipt, and
 * any frame may ask for one.
 */
export class ServerStompSession {
  readonly #subscriptions = new Map<string, string>();
  #isConnected = false;

  handle(received: Frame): readonly ServerEffect[] {
    const effects = this.#effectsOf(received);
    const receipt = received.headers.get("receipt");
    if (receipt === undefined || received.command === "CONNECT") return effects;
    const answer: ServerEffect = { do: "send", frame: frame("RECEIPT", { "receipt-id": receipt }) };
    const closing = effects.findIndex((effect) => effect.do === "close");
    return closing === -1 ? [...effects, answer] : effects.toSpliced(closing, 0, answer);
  }

  /** The ids of the subscriptions to exactly this destination: there replies and events go. */
  subscriptionsTo(destination: string): readonly string[] {
    return this.#idsWhere((subscribed) => subscribed === destination);
  }

  /** The ids of the subscriptions to this destination or one of its parents: there forwarded frames go. */
  subscriptionsOver(destination: string): readonly string[] {
    return this.#idsWhere((subscribed) => covers(subscribed, destination));
  }

  #idsWhere(isMeant: (subscribed: string) => boolean): readonly string[] {
    return [...this.#subscriptions].filter(([, subscribed]) => isMeant(subscribed)).map(([id]) => id);
  }

  #effectsOf(received: Frame): readonly ServerEffect[] {
    if (received.command === "CONNECT") return this.#connect(received);
    if (!this.#isConnected) return refuse("Not connected");
    switch (received.command) {
      case "SUBSCRIBE":
        return this.#subscribe(received);
      case "UNSUBSCRIBE":
        return this.#unsubscribe(received);
      case "SEND":
        return send(received);
      case "DISCONNECT":
        return [{ do: "close", because: "the peer disconnected" }];
      default:
        return refuse(`Unknown command ${received.command}`);
    }
  }

  #connect({ headers }: Frame): readonly ServerEffect[] {
    if (this.#isConnected) return refuse("Already connected");
    if (headers.get("accept-version") !== "1.2") return refuse("Version unsupported");
    this.#isConnected = true;
    const { header, times } = answerHeartBeat(headers.get("heart-beat"));
    return [
      { do: "send", frame: frame("CONNECTED", { version: "1.2", "heart-beat": header }) },
      { do: "beat", times },
    ];
  }

  #subscribe({ headers }: Frame): readonly ServerEffect[] {
    const destination = headers.get("destination") ?? "";
    const id = headers.get("id") ?? "";
    if (destination === "" || id === "") return complain("Missing destination or subscription id header");
    if (this.#subscriptions.has(id)) return complain("Subscription id already exists");
    if (this.#subscriptions.size >= subscriptionsMax) return complain("Too many subscriptions");
    if (!isSendable(messageFrame(destination, id, Buffer.alloc(1))))
      return complain("Destination or subscription id too long");
    this.#subscriptions.set(id, destination);
    return [];
  }

  #unsubscribe({ headers }: Frame): readonly ServerEffect[] {
    const id = headers.get("id") ?? "";
    if (id === "") return complain("Missing id header");
    this.#subscriptions.delete(id);
    return [];
  }
}

/** What a subscriber gets: an answer or an event. */
export function messageFrame(destination: string, subscriptionId: string, body: string | Uint8Array): Frame {
  return frame("MESSAGE", { destination, "content-type": "application/json", subscription: subscriptionId }, body);
}

/** The text of an ERROR is its body. */
export function errorFrame(text: string): Frame {
  return frame("ERROR", {}, text);
}

/** The frame as a subscriber gets it from another: with its subscription in front of the sender's own headers. */
export function forwardedFrame(received: Frame, subscriptionId: string): Frame {
  const headers = new Map([["subscription", subscriptionId], ...received.headers]);
  headers.delete("receipt");
  return { command: "MESSAGE", headers, body: received.body };
}

function send(received: Frame): readonly ServerEffect[] {
  const destination = received.headers.get("destination") ?? "";
  if (destination === "") return complain("Missing destination header");
  const isRequest = isRequestDestination(destination);
  const forward: ServerEffect = { do: "forward", destination, frame: received, isRequest };
  if (!isRequest) return [forward];
  const replyTo = received.headers.get("reply-to") ?? defaultReplyDestination;
  return [
    forward,
    {
      do: "request",
      body: received.body,
      replyTo,
      correlationId: received.headers.get("ovirtCorrelationId"),
      spmEpoch: received.headers.get("yagura-spm-epoch"),
    },
  ];
}

/** A mistake after which the connection can go on, as VDSM lets it. */
function complain(text: string): readonly ServerEffect[] {
  return [{ do: "send", frame: errorFrame(text) }];
}

function refuse(text: string): readonly ServerEffect[] {
  return [
    { do: "send", frame: errorFrame(text) },
    { do: "close", because: text },
  ];
}

function isSendable(message: Frame): boolean {
  try {
    // Room for the length of a long body.
    return encodeFrame(message).length < 1000;
  } catch (error) {
    if (error instanceof HeadersTooLong) return false;
    throw error;
  }
}
