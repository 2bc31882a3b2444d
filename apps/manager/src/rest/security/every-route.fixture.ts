import type { Reply, RestWorld } from "../rest-world.fixture.ts";
import type { Route } from "../route.ts";
import { routes } from "../routes.ts";

export const api = "/ovirt-engine/api";
export const served: readonly Route[] = routes({ instanceId: "test", version: "0" });

/** Values that a parser, a query or a comparison might take for something else than a text. */
export const hostileTexts: readonly string[] = [
  "{}",
  "[]",
  "null",
  "undefined",
  "true",
  "0",
  "-1",
  "j:{}",
  "j:[]",
  '{"$ne":null}',
  '{"toString":"x"}',
  "__proto__",
  "constructor",
  "toString",
  "' or 1=1 --",
  '"; drop table users; --',
  "%",
  "_",
  "*",
  "../../etc/passwd",
  "-rf",
  "$(id)",
  "\u0000",
  "\u202e",
  "x".repeat(5000),
];

/**
 * Some of the values, others for each index: over all routes each value comes many times, and with each route some of them
 * do. All of them with all routes would be minutes.
 */
export function someOf<T>(values: readonly T[], index: number, count: number): readonly T[] {
  return Array.from({ length: count }, (_, n) => values[(index * 7 + n * 5) % values.length]).filter(
    (value) => value !== undefined,
  );
}

/** The address of a route with these ids; what is not named gets `otherwise`. */
export function urlOf(route: Pick<Route, "path">, ids: Readonly<Record<string, string>>, otherwise = "x"): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(ids[name] ?? otherwise));
  return `${api}${path}`;
}

/** Sends whatever it is, and tells when the answer is a mistake of ours: that must never be. */
export async function sendHostile(
  world: RestWorld,
  options: Parameters<RestWorld["request"]>[0],
): Promise<Reply & { readonly isOurMistake: boolean }> {
  const reply = await world.request(options);
  return { ...reply, isOurMistake: reply.status >= 500 && reply.status !== 501 && reply.status !== 503 };
}
