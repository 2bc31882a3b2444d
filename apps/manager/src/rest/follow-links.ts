import { NotAllowed, NotFound } from "../domain/errors.ts";
import { Parameters } from "./edge/parameters.ts";
import type { Fetch } from "./follow.ts";
import type { Inventory } from "./inventory.ts";
import { idsIn } from "./many.ts";
import { NotServed } from "./refusals.ts";
import type { Answer, RestRequest, Route } from "./route.ts";
import type { Router } from "./router.ts";

/** Of a followed list that is too long to be held, so much is put into the answer. */
const MEMBERS_MAX = 20_000;

type Params = RestRequest["params"];

/**
 * Reads links of our own as the same caller: one question for each route that they lead to, however many links there are,
 * where the route can answer for many.
 */
export function followLinks(
  router: Router,
  request: RestRequest,
  { root, newInventory }: { readonly root: string; readonly newInventory: () => Inventory },
): Fetch {
  // The parameters are those of the request's own list, not of what is followed.
  const query = new Parameters({ query: new Map(), matrix: new Map() });
  return async (hrefs) => {
    // What was read for one piece of a long list is not kept for all of it.
    const here: RestRequest = { ...request, query, params: {}, inventory: newInventory() };
    const matches = hrefs.map((href) => match(router, href.slice(root.length)));
    const answers = hrefs.map((): Answer | undefined => undefined);
    const byRoute = Map.groupBy(matches.keys(), (index) => matches[index]?.route);
    for (const [route, indices] of byRoute) {
      if (route === undefined) continue;
      const found = await askAll(
        route,
        here,
        indices.map((index) => matches[index]?.params ?? {}),
      );
      for (const [at, index] of indices.entries()) answers[index] = found[at];
    }
    return answers;
  };
}

function match(router: Router, path: string): { readonly route: Route; readonly params: Params } | undefined {
  return orNothing(() => router.match("GET", path));
}

async function askAll(
  route: Route,
  request: RestRequest,
  params: readonly Params[],
): Promise<readonly (Answer | undefined)[]> {
  if (route.many !== undefined) {
    try {
      return await route.many(request, params);
    } catch (error) {
      return [nothingFor(error)];
    }
  }
  // What is below a VM asks for the VM first.
  if (params.length > 1) await request.inventory.expectVms(idsIn(params, "vm"));
  const answers: (Answer | undefined)[] = [];
  for (const each of params) {
    try {
      answers.push(await whole(await route.handle({ ...request, params: each })));
    } catch (error) {
      answers.push(nothingFor(error));
    }
  }
  return answers;
}

async function whole(answer: Answer): Promise<Answer> {
  if (answer.kind !== "pieces") return answer;
  const values: object[] = [];
  for await (const piece of answer.pieces) {
    values.push(...piece);
    if (values.length >= MEMBERS_MAX) break;
  }
  return { kind: "list", type: answer.type, values };
}

function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    return nothingFor(error);
  }
}

function nothingFor(error: unknown): undefined {
  if (error instanceof NotFound || error instanceof NotAllowed || error instanceof NotServed) return undefined;
  throw error;
}
