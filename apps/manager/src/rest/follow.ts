import { BadParameter } from "./edge/parameters.ts";
import type { Answer } from "./route.ts";

/** `disk_attachments.disk,nics` as a tree: disk_attachments -> disk, nics. */
export type FollowTree = ReadonlyMap<string, FollowTree>;

/** Of one piece of a list. */
const FOLLOWED_MAX = 20_000;
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

/** Reads what is at several hrefs of the API, as the same caller, in their order; `undefined` where there is nothing for him. */
export type Fetch = (hrefs: readonly string[]) => Promise<readonly (Answer | undefined)[]>;

type Document = Readonly<Record<string, unknown>>;

/**
 * Puts into the answer what `follow` names: a sub-collection instead of the link to it, a whole object instead of the
 * reference to it. Each name is asked for once, for all objects of a level. Names that lead nowhere are ignored, as oVirt does.
 * @throws BadParameter when it leads to too many objects
 */
export async function follow(answer: Answer, tree: FollowTree, fetch: Fetch): Promise<Answer> {
  if (tree.size === 0) return answer;
  switch (answer.kind) {
    case "entity": {
      const [value = answer.value] = await new Following(fetch).all([answer.value as Document], tree);
      return { ...answer, value };
    }
    case "list":
      return { ...answer, values: await new Following(fetch).all(answer.values as readonly Document[], tree) };
    case "pieces":
      return { ...answer, pieces: followPieces(answer.pieces, tree, fetch) };
  }
}

async function* followPieces(pieces: AsyncIterable<readonly object[]>, tree: FollowTree, fetch: Fetch) {
  for await (const piece of pieces) yield await new Following(fetch).all(piece as readonly Document[], tree);
}

/** What is to be put in the place of a member of a document. */
type Target =
  | { readonly kind: "link"; readonly href: string }
  | { readonly kind: "reference"; readonly value: Document }
  | { readonly kind: "references"; readonly values: readonly unknown[] }
  | { readonly kind: "nothing" };

class Following {
  readonly #fetch: Fetch;
  #followed = 0;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async all(documents: readonly Document[], tree: FollowTree): Promise<readonly Document[]> {
    let followed = documents;
    for (const [name, subtree] of tree) followed = await this.#one(followed, name, subtree);
    return followed;
  }

  /** The same member of all documents of a level. */
  async #one(documents: readonly Document[], name: string, tree: FollowTree): Promise<readonly Document[]> {
    const targets = documents.map((document) => targetOf(document, name));
    const answers = await this.#answersAt(targets.flatMap(hrefsOf));
    const members = targets.map((target) => membersOf(target, answers));
    // The next level: all that was found, of all documents together.
    const followed = await this.all(
      members.flatMap((each) => each?.filter(isDocument) ?? []),
      tree,
    );
    let at = 0;
    const next = (member: unknown): unknown => (isDocument(member) ? followed[at++] : member);
    return documents.map((document, index) => {
      const [target, found] = [targets[index], members[index]];
      if (target === undefined || found === undefined) return document;
      const content = found.map(next);
      if (target.kind === "reference") return { ...document, [name]: content[0] };
      if (target.kind === "references") return { ...document, [name]: content };
      return { ...document, link: linksOf(document).filter(({ rel }) => rel !== relOf(name)), [name]: content };
    });
  }

  async #answersAt(hrefs: readonly string[]): Promise<ReadonlyMap<string, Answer | undefined>> {
    const wanted = [...new Set(hrefs)];
    this.#followed += hrefs.length;
    if (this.#followed > FOLLOWED_MAX) throw new BadParameter("The parameter 'follow' leads to too many objects.");
    const answers = wanted.length === 0 ? [] : await this.#fetch(wanted);
    return new Map(wanted.map((href, index) => [href, answers[index]]));
  }
}

function targetOf(document: Document, name: string): Target {
  const member = Object.hasOwn(document, name) ? document[name] : undefined;
  if (Array.isArray(member)) return { kind: "references", values: member };
  if (isDocument(member)) return { kind: "reference", value: member };
  const href = linksOf(document).find((link) => link.rel === relOf(name))?.href;
  return href === undefined ? { kind: "nothing" } : { kind: "link", href };
}

function hrefsOf(target: Target): readonly string[] {
  switch (target.kind) {
    case "link":
      return [target.href];
    case "reference":
      return hrefOf(target.value);
    case "references":
      return target.values.flatMap((value) => (isDocument(value) ? hrefOf(value) : []));
    case "nothing":
      return [];
  }
}

/** What stands there afterwards; `undefined`: it stays as it is. */
function membersOf(target: Target, answers: ReadonlyMap<string, Answer | undefined>): readonly unknown[] | undefined {
  // A reference has only an id and an href: the object is there in their place.
  const whole = (value: unknown): unknown => {
    if (!isDocument(value)) return value;
    const [href = ""] = hrefOf(value);
    const found = answers.get(href);
    return found?.kind === "entity" ? found.value : value;
  };
  switch (target.kind) {
    case "link": {
      const found = answers.get(target.href);
      return found?.kind === "list" ? found.values : undefined;
    }
    case "reference":
      return [whole(target.value)];
    case "references":
      return target.values.map(whole);
    case "nothing":
      return undefined;
  }
}

function relOf(name: string): string {
  return name.replaceAll("_", "");
}

function hrefOf(value: Document): readonly string[] {
  return typeof value["href"] === "string" ? [value["href"]] : [];
}

function linksOf(document: Document): readonly { readonly rel?: string; readonly href?: string }[] {
  return Array.isArray(document["link"]) ? document["link"] : [];
}

function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !(value instanceof Date) && !Array.isArray(value);
}
