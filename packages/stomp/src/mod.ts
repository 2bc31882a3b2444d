export {
  type ClientEffect,
  ClientStompSession,
  ErrorFrameReceived,
  type RequestAddress,
  requestFrame,
  subscribeFrame,
} from "./client-session.ts";
export { covers, defaultReplyDestination, eventDestination, requestDestinations } from "./destinations.ts";
export { type Frame, FrameRefused, frame } from "./frame.ts";
export { type FrameLimits, FrameReader } from "./frame-reader.ts";
export { encodeFrame, HeadersTooLong, headerBlockBytesMax, heartBeat } from "./frame-writer.ts";
export {
  answerHeartBeat,
  decideHeartBeat,
  type HeartBeatDecision,
  type HeartBeatState,
  type HeartBeatTimes,
} from "./heart-beat.ts";
export {
  errorFrame,
  forwardedFrame,
  messageFrame,
  type ServerEffect,
  ServerStompSession,
} from "./server-session.ts";
