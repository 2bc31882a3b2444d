/**
 * SQLSTATE of what passes without anybody changing the query (PostgreSQL, appendix A): connections lost or refused (08), the
 * server out of connections, memory or disk (53), ended by an administrator or starting (57P), a statement that took too
 * long (57014), a server that may only be read while another one takes over (25006), transactions that met (40).
 */
const passingStates = /^(08...|53...|57P0.|57014|25006|40001|40P01)$/;
const passingSystemErrors: readonly unknown[] = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOENT",
  "EAI_AGAIN",
];
/** The driver's own words: these errors of it have no code. */
const passingWords =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection)/;
/** SQLITE_BUSY, LOCKED, IOERR, FULL; the rest of the number says more exactly what it was. */
const passingSqliteCodes: readonly number[] = [5, 6, 10, 13];

/**
 * Whether the database could not do it now, and may later: it is away, busy, or its disk is full. It says nothing about the
 * transaction: one whose commit was not answered may have happened. The chain of causes counts too.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("errcode" in error && typeof error.errcode === "number") return passingSqliteCodes.includes(error.errcode & 0xff);
  if ("code" in error && typeof error.code === "string") {
    if (passingStates.test(error.code)) return true;
    if ("syscall" in error && error.syscall === "connect" && passingSystemErrors.includes(error.code)) return true;
    if (["ECONNRESET", "EPIPE"].includes(error.code)) return true;
  }
  return passingWords.test(error.message) || isDatabaseAway(error.cause);
}
