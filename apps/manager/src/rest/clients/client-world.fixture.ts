import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { sharedWorld } from "../../operations/vms/shared-world.fixture.ts";
import { type Manner, type StrictClient, strictClient } from "./strict-client.fixture.ts";

export interface ClientWorld extends AsyncDisposable {
  readonly shared: Awaited<ReturnType<typeof sharedWorld>>;
  readonly client: StrictClient;
  readonly token: string;
}

/**
 * A Manager with two simulated hosts, data center `dc`, cluster `c`, domain `data`, template `base` with a disk, and VM
 * `demo` from it; and a strict client.
 */
export async function clientWorld(manner: Manner = {}): Promise<ClientWorld> {
  await using made = new AsyncDisposableStack();
  const shared = made.use(await sharedWorld());
  const client = made.use(await strictClient(shared.world, manner));
  const owned = made.move();
  return { shared, client, token: client.token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The one thing of a list, for requests that must find exactly one. @throws Error */
export function only<T extends { readonly id?: string | undefined }>(
  things: readonly T[],
): T & { readonly id: string } {
  const [one, another] = things;
  if (one?.id === undefined || another !== undefined) throw new Error(`${things.length} were found instead of one`);
  return { ...one, id: one.id };
}

/** For a query of an address. */
export const encode = encodeURIComponent;

/**
 * What a client asks for and is not served yet stands in a list beside its test: anything else that is missing fails.
 * What is served meanwhile is told, so that it goes from the list; it does not fail.
 */
export function requireNoOtherMissing(t: TestContext, missing: readonly string[], known: readonly string[]): void {
  assert.deepEqual(
    missing.filter((request) => !known.includes(request)),
    [],
    "not served, and not known to be so",
  );
  const served = known.filter((request) => !missing.includes(request));
  if (served.length > 0) t.diagnostic(`served now, take it from the list: ${served.join(", ")}`);
}
