import type { Reply, RestWorld } from "./rest-world.fixture.ts";

const api = "/ovirt-engine/api";
const json = { accept: "application/json" };
const xml = { "content-type": "application/xml" };

/** Short words for what tests of resources do over and over: bodies in XML, answers in JSON, paths below the API's root. */
export interface RestCaller {
  get(path: string, as?: string): Promise<Reply>;
  post(path: string, body: string, as?: string): Promise<Reply>;
  put(path: string, body: string, as?: string): Promise<Reply>;
  remove(path: string, as?: string): Promise<Reply>;
  /** One member of each thing in a list: `namesAt("/tags")`. */
  namesAt(path: string): Promise<readonly string[]>;
  /** "432 admin@internal added the tag web.", the oldest first. */
  events(pattern: RegExp): Promise<readonly string[]>;
}

export function restCaller(world: RestWorld): RestCaller {
  const send = (method: "POST" | "PUT") => (path: string, payload: string, as?: string) =>
    world.request({
      method,
      url: `${api}${path}`,
      payload,
      headers: { ...xml, ...json },
      ...(as !== undefined && { as }),
    });
  const get = (path: string, as?: string) =>
    world.request({ url: `${api}${path}`, headers: json, ...(as !== undefined && { as }) });
  return {
    get,
    post: send("POST"),
    put: send("PUT"),
    remove: (path, as) => world.request({ method: "DELETE", url: `${api}${path}`, ...(as !== undefined && { as }) }),
    async namesAt(path) {
      const [things = []] = Object.values((await get(path)).json<Record<string, { name: string }[]>>());
      return things.map(({ name }) => name);
    },
    async events(pattern) {
      const { event } = (await get("/events")).json<{ event: { code: string; description: string }[] }>();
      const told = event.map(({ code, description }) => `${code} ${description}`);
      return told.filter((text) => pattern.test(text)).toReversed();
    },
  };
}
