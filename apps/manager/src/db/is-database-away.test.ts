import assert from "node:assert/strict";
import { test } from "node:test";
import { isDatabaseAway } from "./is-database-away.ts";

const failure = (message: string, fields: object): Error => Object.assign(new Error(message), fields);

const away: Record<string, Error> = {
  "a server that was shut down": failure("terminating connection due to administrator command", { code: "57P01" }),
  "a full disk of the server": failure("could not extend file", { code: "53100" }),
  "a server that is not there": failure("connect ECONNREFUSED", { code: "ECONNREFUSED", syscall: "connect" }),
  "a socket that is not there": failure("connect ENOENT", { code: "ENOENT", syscall: "connect" }),
  "a connection that ended": new Error("Connection terminated unexpectedly"),
  "a full disk": failure("database or disk is full", { code: "ERR_SQLITE_ERROR", errcode: 13 }),
  "a disk that fails, exactly": failure("disk I/O error", { code: "ERR_SQLITE_ERROR", errcode: 10 | (3 << 8) }),
  "a cause that is one": new Error("cannot write", { cause: new Error("Connection terminated unexpectedly") }),
};
const wrong: Record<string, unknown> = {
  "a name that is taken": failure("duplicate key", { code: "23505" }),
  "a row that others need": failure("FOREIGN KEY constraint failed", { code: "ERR_SQLITE_ERROR", errcode: 787 }),
  "a file that is not there": failure("open ENOENT", { code: "ENOENT", syscall: "open" }),
  "a mistake of ours": new TypeError("x is undefined"),
  "no error": "Connection terminated",
};
for (const [name, error] of Object.entries(away))
  test(`${name} passes`, () => assert.equal(isDatabaseAway(error), true));
for (const [name, error] of Object.entries(wrong))
  test(`${name} does not pass`, () => assert.equal(isDatabaseAway(error), false));
