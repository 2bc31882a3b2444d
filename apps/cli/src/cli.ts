import type { ManagerClient } from "@yagura/rest-client";
import { openManager } from "./login/open-manager.ts";
import { formatJson } from "./output/json.ts";
import { type Column, formatTable } from "./output/table.ts";
import { formatYaml } from "./output/yaml.ts";
import { AttemptFailed } from "./problem.ts";
import type { CliWorld } from "./world.ts";

export type OutputFormat = "table" | "json" | "yaml";

/** What a command has at hand. */
export interface Command {
  readonly world: CliWorld;
  readonly manager: ManagerClient;
}

/** Runs commands: opens the Manager for them, says what they attempted when they fail, prints what they found. */
export class Cli {
  readonly world: CliWorld;
  /** Set from the option -o before a command runs. */
  output: OutputFormat = "table";
  /** What the program ends with when the command was done; one that looks for faults may say that it found some. */
  exitCode = 0;

  constructor(world: CliWorld) {
    this.world = world;
  }

  /** `attempted` completes the sentence "Cannot …", as in "start VM demo". */
  async attempt<T>(attempted: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw cause instanceof AttemptFailed ? cause : new AttemptFailed(attempted, cause);
    }
  }

  async withManager<T>(attempted: string, work: (command: Command) => Promise<T>): Promise<T> {
    return await this.attempt(attempted, async () => {
      const { client, endsWithCommand } = await openManager(this.world);
      try {
        return await work({ world: this.world, manager: client });
      } finally {
        // A session that cannot be ended ends by itself; what the command did stands.
        if (endsWithCommand) await client.logout().catch(() => undefined);
        client.close();
      }
    });
  }

  printList<T>(things: readonly T[], columns: readonly Column<T>[], nothing: string): void {
    this.world.stdout(this.#forScripts(things) ?? formatTable(things, columns, nothing));
  }

  /** One thing: as it is in JSON or YAML, or `table` for people. */
  printOne(thing: unknown, table: () => string): void {
    const text = this.#forScripts(thing) ?? table();
    if (text !== "") this.world.stdout(text);
  }

  /** That something was done: for people only, on standard error, so that scripts read nothing they did not ask for. */
  say(sentence: string): void {
    this.world.stderr(`${sentence}\n`);
  }

  #forScripts(value: unknown): string | undefined {
    if (this.output === "json") return formatJson(value);
    return this.output === "yaml" ? formatYaml(value) : undefined;
  }
}
