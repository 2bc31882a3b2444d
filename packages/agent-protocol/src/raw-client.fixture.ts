import { duplexPair } from "node:stream";
import { poll } from "@yagura/std/poll.ts";
import { encodeFrame, type Frame, FrameReader, frame } from "@yagura/stomp";
import { type Peer, type ServeAgentOptions, serveAgent } from "./mod.ts";

/** A client that sends exactly the bytes it is told to, against a server of its own. */
export function rawClient(options: ServeAgentOptions, peer: Peer = { role: "manager" }) {
  const server = serveAgent(options);
  return Object.assign(connectRaw(server, peer), { server, [Symbol.asyncDispose]: () => server.close() });
}

export function connectRaw(server: ReturnType<typeof serveAgent>, peer: Peer = { role: "manager" }) {
  const [here, there] = duplexPair();
  const session = server.accept(there, peer);
  const reader = new FrameReader();
  const frames: Frame[] = [];
  here.on("data", (chunk: Buffer) => frames.push(...reader.push(chunk)));
  let hasEnded = false;
  here.on("end", () => {
    hasEnded = true;
  });
  const next = (): Promise<Frame> => poll("a frame to come", () => frames.shift(), { timeoutMs: 2000, everyMs: 1 });
  return {
    session,
    stream: here,
    next,
    /** Frames that came and were not read. */
    frames,
    get hasEnded() {
      return hasEnded;
    },
    write: (bytes: string | Uint8Array) => void here.write(bytes),
    send: (command: string, headers: Record<string, string> = {}, body = "") =>
      void here.write(encodeFrame(frame(command, headers, body))),
    /** CONNECT and a subscription to `replies`. */
    async open() {
      this.send("CONNECT", { "accept-version": "1.2", "heart-beat": "0,0" });
      this.send("SUBSCRIBE", { destination: "replies", id: "s", receipt: "subscribed" });
      await next();
      await next();
    },
    /** Sends a body to the request queue and gives what is answered. */
    async ask(body: unknown): Promise<unknown> {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      this.send("SEND", { destination: "jms.topic.vdsm_requests", "reply-to": "replies" }, text);
      return JSON.parse((await next()).body.toString());
    },
  };
}
