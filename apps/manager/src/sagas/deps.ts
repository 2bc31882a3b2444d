import type { Clock } from "@yagura/std/clock.ts";
import type { Db } from "../db/database.ts";
import type { Hosts } from "../hosts/hosts.ts";

/** What the steps of our sagas use of the running Manager. */
export interface SagaDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly hosts: Hosts;
  /** Lets background tasks look at once. */
  wake(task: string): void;
}
