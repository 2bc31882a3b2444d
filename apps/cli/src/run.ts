import { Command, CommanderError, Option } from "commander";
import { Cli, type OutputFormat } from "./cli.ts";
import { addApiCommand } from "./commands/api.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addDataCenterCommands } from "./commands/data-center/data-center.ts";
import { addDiskCommands } from "./commands/disk/disk.ts";
import { addDocumentCommands } from "./commands/documents/documents.ts";
import { addEventCommands } from "./commands/event/event.ts";
import { addHostCommands } from "./commands/host/host.ts";
import { addJobCommands } from "./commands/job/job.ts";
import { addLoginCommand } from "./commands/login.ts";
import { addLogoutCommand } from "./commands/logout.ts";
import { addSpmCommands } from "./commands/spm/spm.ts";
import { addStorageCommands } from "./commands/storage/storage.ts";
import { addTemplateCommands } from "./commands/template/template.ts";
import { addVmCommands } from "./commands/vm/vm.ts";
import { AttemptFailed, CliProblem, exitCodes, explain, formatProblem } from "./problem.ts";
import type { CliWorld } from "./world.ts";

/** Runs one command line (without the program's name) to its end. Returns the exit code; throws nothing. */
export async function runCli(args: readonly string[], world: CliWorld): Promise<number> {
  try {
    const cli = new Cli(world);
    await buildProgram(cli).parseAsync(args, { from: "user" });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return explainUsage(error, world);
    if (world.signal.aborted) {
      world.stderr("Interrupted; what the Manager has begun goes on.\n");
      return exitCodes.interrupted;
    }
    const outside = error instanceof CliProblem ? new AttemptFailed("understand the command", error) : error;
    const problem = explain(outside);
    world.stderr(formatProblem(problem));
    return problem.exitCode;
  }
}

function buildProgram(cli: Cli): Command {
  const { world } = cli;
  const program = new Command("yagura")
    .description("Manages a Yagura (or oVirt) data center by its REST API.")
    .version("0.1.0", "--version", "print the version")
    .addOption(new Option("-o, --output <format>", "how to print").choices(["table", "json", "yaml"]).default("table"))
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      "after",
      "\nEnvironment: YAGURA_URL YAGURA_USER YAGURA_PASSWORD_FILE YAGURA_CA\nExit codes:  0 done, 1 the Manager said no, 2 wrong usage, 3 not reachable or not logged in",
    );
  program.hook("preAction", () => {
    cli.output = program.opts<{ output: OutputFormat }>().output;
  });
  addLoginCommand(program, cli);
  addLogoutCommand(program, cli);
  addVmCommands(program, cli);
  addHostCommands(program, cli);
  addDataCenterCommands(program, cli);
  addSpmCommands(program, cli);
  addDiskCommands(program, cli);
  addTemplateCommands(program, cli);
  addStorageCommands(program, cli);
  addEventCommands(program, cli);
  addJobCommands(program, cli);
  addDocumentCommands(program, cli);
  addApiCommand(program, cli);
  addCompletionCommand(program, cli);
  for (const command of withDescendants(program)) {
    command
      .exitOverride()
      .configureOutput({ writeOut: world.stdout, writeErr: world.stderr, outputError: () => undefined });
  }
  return program;
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

function explainUsage({ code, message, exitCode }: CommanderError, world: CliWorld): number {
  if (exitCode === 0) return exitCodes.ok;
  // "commander.help": a group without a verb; its help is already printed.
  if (code === "commander.help") return exitCodes.usage;
  const why = message.replace(/^error: /, "");
  world.stderr(
    formatProblem({
      attempted: "understand the command",
      why,
      todo: "yagura COMMAND --help",
      exitCode: exitCodes.usage,
    }),
  );
  return exitCodes.usage;
}
