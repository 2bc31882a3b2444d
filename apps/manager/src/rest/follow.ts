import { BadParameter } from "./edge/parameters.ts";
import type { Answer } from "./route.ts";

/** `disk_attachments.disk,nics` as a tree: disk_attachments -> disk, nics. */
type FollowTree = ReadonlyMap<string, FollowTree>;

/** Each followed link is a request of its own inside of ours. */
const FETCHES_MAX = 20_000;
const DEPTH_MAX = 6;

/** @throws BadParameter */
export function parseFollow(text: string): FollowTree {
  const root = new Map<string, Map<string, unknown>>();
  for (const path of text.split(",").map((each) => each.trim())) {
    if (path === "") continue;
    const names = path.split(".");
    if (names.length > DEPTH_MAX || !names.every((name) => /^[a-z][a-z_0-9]*$/.test(name))) {
      throw new BadParameter(`The parameter 'follow' cannot be '${path.slice(0, 80)}'.`);
    }
    let node = root;
    for (const name of names) {
      const next = (node.get(name) ?? new Map()) as typeof root;
      node.set(name, next);
      node = next;
    }
  }
  return root as unknown as FollowTree;
}

/** Reads what is at an href of the API, as the same caller; `undefined` if there is nothing for him. */
export type Fetch = (href: string) => Promise<Answer | undefined>;

type Document = Record<string, unknown>;

/**
 * Puts into the answer what `follow` names: a sub-collection instead of the link to it, a whole object instead of the
 * reference to it. Names that lead nowhere are ignored, as oVirt does.
 * @throws BadParameter when it would take too many requests
 */
export async function follow(answer: Answer, tree: FollowTree, fetch: Fetch): Promise<Answer> {
  let fetches = 0;
  const counted: Fetch = (href) => {
    if (++fetches > FETCHES_MAX) throw new BadParameter("The parameter 'follow' leads to too many objects.");
    return fetch(href);
  };
  if (tree.size === 0) return answer;
  if (answer.kind === "entity") return { ...answer, value: await followAll(answer.value, tree, counted) };
  const values: object[] = [];
  for (const value of answer.values) values.push(await followAll(value, tree, counted));
  return { ...answer, values };
}

async function followAll(value: object, tree: FollowTree, fetch: Fetch): Promise<Document> {
  let document: Document = { ...value };
  for (const [name, subtree] of tree) document = await followOne(document, name, subtree, fetch);
  return document;
}

async function followOne(document: Document, name: string, tree: FollowTree, fetch: Fetch): Promise<Document> {
  const member = Object.hasOwn(document, name) ? document[name] : undefined;
  if (Array.isArray(member)) return { ...document, [name]: await followEach(member, tree, fetch) };
  if (isDocument(member)) return { ...document, [name]: await followReference(member, tree, fetch) };
  const rel = name.replaceAll("_", "");
  const links = linksOf(document);
  const href = links.find((link) => link.rel === rel)?.href;
  const found = href === undefined ? undefined : await fetch(href);
  if (found?.kind !== "list") return document;
  const link = links.filter((each) => each.rel !== rel);
  return { ...document, link, [name]: await followEach(found.values, tree, fetch, true) };
}

async function followEach(
  values: readonly unknown[],
  tree: FollowTree,
  fetch: Fetch,
  isComplete = false,
): Promise<unknown[]> {
  const followed: unknown[] = [];
  for (const value of values) {
    if (!isDocument(value)) followed.push(value);
    else followed.push(await (isComplete ? followAll(value, tree, fetch) : followReference(value, tree, fetch)));
  }
  return followed;
}

/** A reference has only an id and an href: the object is there in their place. */
async function followReference(value: Document, tree: FollowTree, fetch: Fetch): Promise<Document> {
  const found = typeof value["href"] === "string" ? await fetch(value["href"]) : undefined;
  return followAll(found?.kind === "entity" ? found.value : value, tree, fetch);
}

function linksOf(document: Document): readonly { readonly rel?: string; readonly href?: string }[] {
  return Array.isArray(document["link"]) ? document["link"] : [];
}

function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !(value instanceof Date) && !Array.isArray(value);
}
