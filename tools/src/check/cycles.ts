/** A graph of files: each with those it imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Groups of files that import each other in a circle (the strongly connected parts; Tarjan 1972), each sorted by name. */
export function findCycles(graph: Graph): string[][] {
  const state = { next: 0, stack: [] as string[], places: new Map<string, Place>(), cycles: [] as string[][] };
  for (const file of graph.keys()) if (!state.places.has(file)) visit(graph, file, state);
  return state.cycles.sort((a, b) => ((a[0] ?? "") < (b[0] ?? "") ? -1 : 1));
}

interface Place {
  readonly index: number;
  lowest: number;
  onStack: boolean;
}

interface Search {
  next: number;
  readonly stack: string[];
  readonly places: Map<string, Place>;
  readonly cycles: string[][];
}

function visit(graph: Graph, file: string, search: Search): Place {
  const place: Place = { index: search.next, lowest: search.next, onStack: true };
  search.next += 1;
  search.places.set(file, place);
  search.stack.push(file);
  for (const imported of graph.get(file) ?? []) {
    const known = search.places.get(imported);
    if (known === undefined) place.lowest = Math.min(place.lowest, visit(graph, imported, search).lowest);
    else if (known.onStack) place.lowest = Math.min(place.lowest, known.index);
  }
  if (place.lowest === place.index) takeGroup(graph, file, search);
  return place;
}

/** Everything on the stack from `file` on belongs together. */
function takeGroup(graph: Graph, file: string, search: Search): void {
  const group = search.stack.splice(search.stack.indexOf(file));
  for (const member of group) {
    const place = search.places.get(member);
    if (place !== undefined) place.onStack = false;
  }
  if (group.length > 1 || graph.get(file)?.includes(file) === true) search.cycles.push(group.sort());
}
