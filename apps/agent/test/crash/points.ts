import { transformPath } from "@yagura/storage-format";
import { type CrashPlace, pathsBelow } from "./fixture.ts";
import type { Effect } from "./record-effects.ts";

/** A place in an operation where its process can die: the same in every run of it. */
export interface Point {
  /** What is about to happen, with the names of files as they are in every run. */
  readonly label: string;
  /** How many with this label came before. */
  readonly before: number;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Names points: ids that are new in each run are replaced by the order in which they appear. */
export class PointNames {
  readonly #directory: string;
  readonly #linked: string;
  readonly #known: ReadonlySet<string>;
  readonly #aliases = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** @param known ids that are the same in every run */
  constructor(place: CrashPlace, known: readonly string[]) {
    this.#directory = place.directory;
    const { isShared, mounts } = pathsBelow(place);
    this.#linked = `${mounts}/${isShared ? "server:" : transformPath(place.directory)}_`;
    this.#known = new Set(known);
  }

  name({ deed, paths }: Effect): Point {
    // Others are of the programs themselves.
    const own = paths.filter((path) => path.includes(this.#directory)).map((path) => this.#plain(path));
    const label = [deed, ...own].join(" ");
    const before = this.#counts.get(label) ?? 0;
    this.#counts.set(label, before + 1);
    return { label, before };
  }

  #plain(path: string): string {
    // Below the connection's link, or as it is.
    const short = path.replaceAll(this.#linked, "/").replaceAll(this.#directory, "");
    return short.replace(uuid, (id) => {
      if (this.#known.has(id)) return id.slice(0, 8);
      const alias = this.#aliases.get(id) ?? `<${this.#aliases.size + 1}>`;
      this.#aliases.set(id, alias);
      return alias;
    });
  }
}

export function isSamePoint(one: Point, other: Point): boolean {
  return one.label === other.label && one.before === other.before;
}
