import type { Reply, RestWorld } from "./rest-world.fixture.ts";

const api = "/ovirt-engine/api";
const json = { accept: "application/json" };

/** A document of the API, as far as tests look into it. */
export type Document = Readonly<Record<string, unknown>> & { readonly id: string; readonly name: string };

/** What tests of inventory do to a world over REST: bodies in XML, answers in JSON. */
export interface InventoryClient {
  /** By default as the administrator. */
  send(method: "POST" | "PUT", path: string, payload: string, as?: string): Promise<Reply>;
  /** Sends and takes the answer; fails the test when it was refused. */
  make(method: "POST" | "PUT", path: string, payload: string): Promise<Document>;
  remove(path: string, as?: string): Promise<Reply>;
  read(path: string): Promise<Document>;
  /** What is in the collection, whatever its documents are called. */
  list(path: string): Promise<readonly Document[]>;
  names(path: string): Promise<readonly string[]>;
  /** Code and sentence of each event whose code is one of these, the oldest first. */
  events(...codes: readonly number[]): Promise<readonly string[]>;
}

export function inventoryClient(world: RestWorld): InventoryClient {
  const send: InventoryClient["send"] = (method, path, payload, as = "admin") =>
    world.request({ method, url: api + path, payload, headers: { "content-type": "application/xml", ...json }, as });
  const read = async (path: string): Promise<Document> => {
    const reply = await world.request({ url: api + path, headers: json });
    if (reply.status !== 200) throw new Error(`GET ${path}: ${reply.status} ${reply.text}`);
    return reply.json<Document>();
  };
  const list = async (path: string): Promise<readonly Document[]> =>
    Object.values(await read(path)).flatMap((values) => values as Document[]);
  return {
    send,
    read,
    list,
    async make(method, path, payload) {
      const reply = await send(method, path, payload);
      if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
      return reply.json<Document>();
    },
    remove: (path, as = "admin") => world.request({ method: "DELETE", url: api + path, as }),
    names: async (path) => (await list(path)).map(({ name }) => name),
    async events(...codes) {
      const all = (await list("/events?max=1000")) as unknown as readonly { code: string; description: string }[];
      return all
        .filter(({ code }) => codes.includes(Number(code)))
        .map(({ code, description }) => `${code} ${description}`)
        .toReversed();
    },
  };
}

/** A request that is refused, and what the fault says. */
export type Refusal = readonly [method: "POST" | "PUT", path: string, body: string, status: number, detail: RegExp];

/** What of these refusals did not come as it should; none when all did. */
export async function unexpectedAnswers(client: InventoryClient, refusals: readonly Refusal[]): Promise<string[]> {
  const found: string[] = [];
  for (const [method, path, body, status, detail] of refusals) {
    const reply = await client.send(method, path, body);
    if (reply.status !== status || !detail.test(reply.text)) {
      found.push(`${method} ${path} ${body}: ${reply.status} ${reply.text}`);
    }
  }
  return found;
}
