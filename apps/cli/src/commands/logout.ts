import { connectManager } from "@yagura/rest-client";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { findLogin, removeLogin } from "../login/login-file.ts";

/** `yagura logout`: the session ends at the Manager if it can be reached, and here in any case. */
export function addLogoutCommand(program: Command, cli: Cli): void {
  program
    .command("logout")
    .description("end the session and forget it")
    .action(() =>
      cli.attempt("log out", async () => {
        const login = await findLogin(cli.world);
        if (login === undefined) return cli.say("Nobody was logged in.");
        await removeLogin(cli.world);
        try {
          using client = await connectManager(login);
          await client.logout();
          cli.say(`Logged out of ${login.url}.`);
        } catch (error) {
          cli.say(`The login is forgotten here; its session at ${login.url} ends by itself (${describeError(error)}).`);
        }
      }),
    );
}
