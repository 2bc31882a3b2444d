import { Argument, type Command } from "commander";
import type { Cli } from "../cli.ts";
import { candidates } from "../completion/candidates.ts";
import { completionScripts, type Shell, shells } from "../completion/scripts.ts";

/** `yagura completion bash`: what a shell needs to complete commands. */
export function addCompletionCommand(program: Command, cli: Cli): void {
  program
    .command("completion")
    .description('print the completion of a shell: eval "$(yagura completion bash)"')
    .addArgument(new Argument("<shell>").choices(shells))
    .action((shell: Shell) => cli.world.stdout(completionScripts[shell]));
  program
    .command("__complete", { hidden: true })
    .argument("[words...]")
    .action((words: string[]) => {
      const found = candidates(program, words);
      if (found.length > 0) cli.world.stdout(`${found.join("\n")}\n`);
    });
}
