import { connectManager, managerOrigin } from "@yagura/rest-client";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { saveLogin } from "../login/login-file.ts";
import { defaultUsername } from "../login/open-manager.ts";
import { readPassword } from "../login/password.ts";
import { decideTrust, type TrustOptions } from "../login/trust.ts";
import { usageProblem } from "../problem.ts";
import type { CliWorld } from "../world.ts";

interface LoginOptions extends TrustOptions {
  readonly user?: string;
  readonly passwordFile?: string;
}

/** `yagura login URL` */
export function addLoginCommand(program: Command, cli: Cli): void {
  program
    .command("login")
    .description("log in to a Manager and stay logged in, for the commands that follow")
    .argument("<url>", "address of the Manager: https://manager.example.com")
    .option("--user <name>", `who: name@domain (default: ${defaultUsername})`)
    .option("--password-file <file>", "read the password from this file, - for standard input")
    .option("--ca <file>", "certificate authority of the Manager, in PEM")
    .option("--ca-fingerprint <sha256>", "trust the Manager's own authority if it has this fingerprint")
    .action((url: string, options: LoginOptions) =>
      cli.attempt(`log in to ${url}`, async () => {
        const { world } = cli;
        const { origin } = managerOrigin(url);
        const { pem: ca, fingerprint } = await decideTrust(world, origin, {
          ca: options.ca ?? (options.caFingerprint === undefined ? world.env["YAGURA_CA"] : undefined),
          caFingerprint: options.caFingerprint,
        });
        const username = options.user ?? world.env["YAGURA_USER"] ?? defaultUsername;
        const password = await passwordFor(world, username, options);
        using client = await connectManager({ url: origin, username, password, ca });
        const { product_info: product } = await client.api({ signal: world.signal });
        await saveLogin(world, { url: origin, username, token: await client.token(), ca, fingerprint });
        const what = [product?.name, product?.version?.full_version].filter(Boolean).join(" ");
        cli.say(`Logged in to ${origin}${what === "" ? "" : ` (${what})`} as ${username}.`);
      }),
    );
}

async function passwordFor(world: CliWorld, username: string, options: LoginOptions): Promise<string> {
  const file = options.passwordFile ?? world.env["YAGURA_PASSWORD_FILE"];
  if (file !== undefined) return await readPassword(world, file);
  if (!world.isInteractive) throw usageProblem("there is no password, and nobody to ask", "Give --password-file FILE");
  const password = await world.askSecret(`Password of ${username}: `);
  if (password === "") throw usageProblem("the password is empty", "Type the password");
  return password;
}
