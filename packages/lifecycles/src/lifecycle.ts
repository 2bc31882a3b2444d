/** What was asked for is not possible in the state that the thing is in. */
export class IllegalTransition extends Error {
  override readonly name = "IllegalTransition";
  readonly noun: string;
  readonly from: string;
  readonly event: string;

  constructor(noun: string, from: string, event: string) {
    super(`"${event}" cannot happen to a ${noun} that is ${from}`);
    this.noun = noun;
    this.from = from;
    this.event = event;
  }
}

export type Transitions<Status extends string, Event extends string> = Readonly<
  Record<Status, Readonly<Partial<Record<Event, Status>>>>
>;

export interface Lifecycle<Status extends string, Event extends string> {
  readonly noun: string;
  readonly transitions: Transitions<Status, Event>;
  readonly statuses: readonly Status[];
  /** @throws IllegalTransition when the table has no such entry. */
  nextStatus(from: Status, event: Event): Status;
  canHappen(from: Status, event: Event): boolean;
  /** What can happen in this status: the buttons of a console. */
  eventsOf(from: Status): readonly Event[];
}

/** Turns a table into the questions that everybody asks of it. */
export function lifecycle<Status extends string, Event extends string>(
  noun: string,
  transitions: Transitions<Status, Event>,
): Lifecycle<Status, Event> {
  return {
    noun,
    transitions,
    statuses: Object.keys(transitions) as Status[],
    nextStatus(from, event) {
      const to = transitions[from][event];
      if (to === undefined) throw new IllegalTransition(noun, from, event);
      return to;
    },
    canHappen: (from, event) => transitions[from][event] !== undefined,
    eventsOf: (from) => Object.keys(transitions[from]) as Event[],
  };
}
