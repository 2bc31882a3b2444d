import { type Logger, pino } from "pino";

export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log: a sentence and fields. Nothing else in the product writes to the log. Secrets never go in. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds these fields to every line. */
  with(fields: LogFields): Log;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** JSON lines on standard error. */
export function openLog(name: string, level: LogLevel = "info"): Log {
  return wrap(
    pino(
      { name, level, base: { name, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
      pino.destination({ fd: 2, sync: true }),
    ),
  );
}

/** Swallows everything: for tests and libraries without a log. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silentLog,
};

function wrap(logger: Logger): Log {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    with: (fields) => wrap(logger.child(fields)),
  };
}
