import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { MemoryAuthStore } from "../memory-auth-store.fixture.ts";
import { Logins, splitUserName } from "./login.ts";
import { LoginLimiter } from "./login-limiter.ts";
import { PasswordChecker, TooManyLogins } from "./password-checker.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";
import { Sessions } from "./sessions.ts";
import { hashToken, newToken } from "./tokens.ts";

const password = "correct horse";
const passwordHash = await hashPassword(password);

test("a password hash verifies its own password only, and says how it was made", async () => {
  assert.match(passwordHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.equal(await verifyPassword(password, passwordHash), true);
  assert.equal(await verifyPassword("Correct horse", passwordHash), false);
  assert.equal(await verifyPassword("", passwordHash), false);
});

test("a hash that cannot be read matches no password", async () => {
  for (const hash of ["", "x", "$argon2id$v=19$m=19456,t=2,p=1$$", passwordHash.replace("argon2id", "argon2i")]) {
    assert.equal(await verifyPassword("", hash), false, hash);
  }
});

test("tokens are opaque, and only what looks like one has a hash", () => {
  assert.notEqual(newToken(), newToken());
  assert.match(hashToken(newToken()) ?? "", /^[0-9a-f]{64}$/);
  for (const hostile of [
    undefined,
    null,
    "",
    {},
    [],
    "j:{}",
    { length: 43 },
    [newToken()],
    "a".repeat(42),
    "__proto__",
  ]) {
    assert.equal(hashToken(hostile), undefined);
  }
});

test("a checked password is remembered without hashing, until it changes or ten minutes have passed", async () => {
  const clock = new FakeClock();
  const checker = new PasswordChecker(clock);
  assert.equal(checker.isRemembered("u", password, passwordHash), false);
  assert.equal(await checker.check("u", password, passwordHash), true);
  assert.equal(checker.isRemembered("u", password, passwordHash), true);
  assert.equal(checker.isRemembered("u", "another", passwordHash), false);
  assert.equal(checker.isRemembered("u", password, await hashPassword(password)), false);
  assert.equal(checker.isRemembered("w", password, passwordHash), false);
  await clock.advance(10 * 60_000);
  assert.equal(checker.isRemembered("u", password, passwordHash), false);
});

test("a wrong password is never remembered", async () => {
  const checker = new PasswordChecker(new FakeClock());
  assert.equal(await checker.check("u", "wrong", passwordHash), false);
  assert.equal(checker.isRemembered("u", "wrong", passwordHash), false);
});

test("a crowd of logins is refused instead of queued without end", async () => {
  const checker = new PasswordChecker(new FakeClock());
  const results = await Promise.allSettled(Array.from({ length: 70 }, () => checker.check("u", "wrong", "no hash")));
  const refused = results.filter((result) => result.status === "rejected");
  assert.equal(refused.length, 6);
  assert.ok(refused.every(({ reason }) => reason instanceof TooManyLogins));
});

test("failures of one user from one address cost a wait that doubles; others are not affected", async () => {
  const clock = new FakeClock();
  const limiter = new LoginLimiter(clock);
  for (let i = 0; i < 4; i++) limiter.failed("admin", "10.0.0.1");
  assert.equal(limiter.waitMs("admin", "10.0.0.1"), 0);
  limiter.failed("ADMIN", "10.0.0.1");
  assert.equal(limiter.waitMs("admin", "10.0.0.1"), 30_000);
  assert.equal(limiter.waitMs("admin", "10.0.0.2"), 0);
  assert.equal(limiter.waitMs("other", "10.0.0.1"), 0);
  await clock.advance(30_000);
  limiter.failed("admin", "10.0.0.1");
  assert.equal(limiter.waitMs("admin", "10.0.0.1"), 60_000);
  limiter.succeeded("admin", "10.0.0.1");
  assert.equal(limiter.waitMs("admin", "10.0.0.1"), 0);
});

test("an address that guesses many names is slowed down as a whole", () => {
  const limiter = new LoginLimiter(new FakeClock());
  for (let i = 0; i < 50; i++) limiter.failed(`user${i}`, "10.0.0.1");
  assert.equal(limiter.waitMs("fresh", "10.0.0.1"), 30_000);
});

test("user names are split at the last @, and both halves must be there", () => {
  assert.deepEqual(splitUserName("admin@internal"), { name: "admin", domain: "internal" });
  assert.deepEqual(splitUserName("a@b@Internal"), { name: "a@b", domain: "internal" });
  for (const bad of ["admin", "@internal", "admin@", "", "x".repeat(300)]) assert.equal(splitUserName(bad), undefined);
});

test("a login tells who it was, or only that it was wrong", async () => {
  const store = new MemoryAuthStore();
  const user = store.addUser("ann", passwordHash);
  const logins = new Logins(store, new FakeClock());
  const attempt = (userName: string, tried: string) => logins.check({ userName, password: tried, address: "::1" });
  assert.deepEqual(await attempt("ann@internal", password), { ok: true, user });
  assert.deepEqual(await attempt("ann@internal", "wrong"), { ok: false, because: "wrong name or password" });
  assert.deepEqual(await attempt("bob@internal", password), { ok: false, because: "wrong name or password" });
  assert.deepEqual(await attempt("ann", password), { ok: false, because: "no domain" });
  assert.deepEqual(await attempt("ann@elsewhere", password), { ok: false, because: "unknown domain" });
});

test("a disabled user, and one without any role, cannot log in with the right password", async () => {
  const store = new MemoryAuthStore();
  const ann = store.addUser("ann", passwordHash);
  store.users.set(ann.id, { ...ann, isEnabled: false });
  store.addUser("bob", passwordHash, "none");
  const logins = new Logins(store, new FakeClock());
  const attempt = (userName: string) => logins.check({ userName, password, address: "::1" });
  assert.deepEqual(await attempt("ann@internal"), { ok: false, because: "disabled" });
  assert.deepEqual(await attempt("bob@internal"), { ok: false, because: "no permit" });
});

test("guesses side by side are counted like guesses one by one", async () => {
  const store = new MemoryAuthStore();
  store.addUser("ann", passwordHash);
  const logins = new Logins(store, new FakeClock());
  const attempt = (tried: string) => logins.check({ userName: "ann@internal", password: tried, address: "::1" });
  const results = await Promise.all(Array.from({ length: 8 }, (_, i) => attempt(`guess ${i}`)));
  assert.deepEqual(
    results.map((result) => (result.ok ? "ok" : result.because)),
    [...Array(5).fill("wrong name or password"), ...Array(3).fill("wait")],
  );
  const right = await attempt(password);
  assert.equal(right.ok, false, "the right password has to wait too, or guessing would go on");
});

test("a client that logged in a moment ago is not locked out by a stranger behind the same address", async () => {
  const store = new MemoryAuthStore();
  store.addUser("ann", passwordHash);
  const logins = new Logins(store, new FakeClock());
  const attempt = (tried: string) => logins.check({ userName: "ann@internal", password: tried, address: "::1" });
  await attempt(password);
  for (let i = 0; i < 6; i++) await attempt(`guess ${i}`);
  assert.equal((await attempt(password)).ok, true);
});

async function openSession(idleTimeoutMinutes?: number) {
  const store = new MemoryAuthStore();
  const clock = new FakeClock();
  const sessions = new Sessions(store, clock);
  const user = store.addUser("ann", passwordHash);
  const opened = await sessions.open({ userId: user.id, kind: "token", scope: "ovirt-app-api", idleTimeoutMinutes });
  return { store, clock, sessions, user, ...opened };
}

test("a session is found by its token only, and the token itself is not stored", async () => {
  const { sessions, token, user, store } = await openSession();
  assert.equal((await sessions.use(token, "token"))?.userId, user.id);
  assert.equal(await sessions.use(newToken(), "token"), undefined);
  assert.equal(await sessions.use("", "token"), undefined);
  assert.equal(await sessions.use({}, "token"), undefined);
  assert.equal(await sessions.use(token, "cookie"), undefined, "a token is no cookie");
  assert.ok(!JSON.stringify([...store.sessions]).includes(token));
});

test("a session ends when nobody uses it for half an hour", async () => {
  const { sessions, token, clock } = await openSession();
  await clock.advance(29 * 60_000);
  assert.ok(await sessions.use(token, "token"));
  await clock.advance(29 * 60_000);
  assert.ok(await sessions.use(token, "token"));
  await clock.advance(30 * 60_000);
  assert.equal(await sessions.use(token, "token"), undefined);
});

test("a session ends after a day even when it is used", async () => {
  const { sessions, token, clock } = await openSession();
  for (let i = 0; i < 24 * 4 - 1; i++) {
    await clock.advance(15 * 60_000);
    assert.ok(await sessions.use(token, "token"));
  }
  await clock.advance(15 * 60_000);
  assert.equal(await sessions.use(token, "token"), undefined);
});

test("a client may ask for a shorter session, and a closed one is gone", async () => {
  const { sessions, token, clock } = await openSession(5);
  await clock.advance(4 * 60_000);
  assert.ok(await sessions.use(token, "token"));
  await sessions.close(token);
  assert.equal(await sessions.use(token, "token"), undefined);
});

test("a thousand requests in a minute write the session's use once", async () => {
  const { sessions, token, clock, store } = await openSession();
  for (let i = 0; i < 1000; i++) {
    await clock.advance(60);
    await sessions.use(token, "token");
  }
  assert.equal(store.touches, 1);
});
