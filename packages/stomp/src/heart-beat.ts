/** No side has to send more often than this. */
export const heartBeatMsMin = 1000;
const heartBeatMsMax = 24 * 60 * 60 * 1000;

/** How often a side sends, and how long it waits for the other; 0 is never. */
export interface HeartBeatTimes {
  readonly sendEveryMs: number;
  readonly expectEveryMs: number;
}

/** Takes `heart-beat:X,Y` apart; what cannot be read counts as 0, as VDSM has it. */
export function parseHeartBeat(text: string | undefined): readonly [number, number] {
  const [first = "", second = ""] = (text ?? "").split(",", 2);
  return [parseTime(first), parseTime(second)];
}

function parseTime(text: string): number {
  const trimmed = text.trim();
  return /^\d{1,12}$/.test(trimmed) ? Math.min(Number(trimmed), heartBeatMsMax) : 0;
}

/**
 * The server's answer to a client that can send every X ms and wants something every Y ms: `CONNECTED` gets
 * `heart-beat:Y,X`, each raised to at least 1000 unless it is 0. We send a little more often than promised and wait a
 * little longer than promised to us.
 */
export function answerHeartBeat(offer: string | undefined): {
  readonly header: string;
  readonly times: HeartBeatTimes;
} {
  const [canMs, wantsMs] = parseHeartBeat(offer).map(raise) as [number, number];
  return { header: `${wantsMs},${canMs}`, times: { sendEveryMs: wantsMs * 0.8, expectEveryMs: canMs * 1.5 } };
}

/** What a client offers. It asks for a fifth more than it needs, so that a late byte does not end the connection. */
export function offerHeartBeat({ sendEveryMs, expectEveryMs }: HeartBeatTimes): string {
  return `${Math.round(sendEveryMs * 1.2)},${Math.round(expectEveryMs * 0.8)}`;
}

/** The client's times after the server's `CONNECTED` with `heart-beat:X,Y`. */
export function agreeHeartBeat(wanted: HeartBeatTimes, answer: string | undefined): HeartBeatTimes {
  const [serverSendsMs, serverWantsMs] = parseHeartBeat(answer).map(raise) as [number, number];
  return {
    sendEveryMs: wanted.sendEveryMs === 0 ? 0 : serverWantsMs / 1.2,
    expectEveryMs:
      wanted.expectEveryMs === 0 || serverSendsMs === 0 ? 0 : Math.max(wanted.expectEveryMs, serverSendsMs / 0.8),
  };
}

function raise(timeMs: number): number {
  return timeMs === 0 ? 0 : Math.max(timeMs, heartBeatMsMin);
}

export type HeartBeatDecision =
  | { readonly do: "wait"; readonly forMs: number }
  | { readonly do: "beat" }
  | { readonly do: "close"; readonly because: string };

/** What was last heard and said on one connection. */
export interface HeartBeatState {
  readonly times: HeartBeatTimes;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** What to do at `nowMs` (monotonic). `undefined`: neither side beats. */
export function decideHeartBeat(state: HeartBeatState, nowMs: number): HeartBeatDecision | undefined {
  const { sendEveryMs, expectEveryMs } = state.times;
  const silentMs = nowMs - state.receivedAtMs;
  if (expectEveryMs > 0 && silentMs >= expectEveryMs) {
    return { do: "close", because: `the peer was silent for ${Math.round(silentMs)} ms` };
  }
  if (sendEveryMs > 0 && nowMs - state.sentAtMs >= sendEveryMs) return { do: "beat" };
  const waits = [
    sendEveryMs > 0 ? state.sentAtMs + sendEveryMs - nowMs : undefined,
    expectEveryMs > 0 ? state.receivedAtMs + expectEveryMs - nowMs : undefined,
  ].filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : { do: "wait", forMs: Math.max(1, Math.ceil(Math.min(...waits))) };
}
