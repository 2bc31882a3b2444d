import { describeError } from "@yagura/std/describe-error.ts";
import { openLog } from "@yagura/std/log.ts";
import { Command, CommanderError } from "commander";
import { BadConfig, type Flags, parsePort, readConfig, showConfig } from "./config.ts";
import { startManager, version } from "./world.ts";

const usageError = 2;

/** Runs the Manager until SIGTERM or SIGINT. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const program = new Command("yagura-manager")
    .description("The Manager of a Yagura data centre.")
    .version(version)
    .requiredOption("--data <directory>", "where it keeps everything")
    .option("--config <file>", "configuration; by default manager.json in the data directory, if it is there")
    .option("--https-port <port>", "port of the API; 0: any", parsePort)
    .option("--http-port <port>", "port for registration without TLS; 0: any", parsePort)
    .option("--listen <address>", "address to listen on; by default all")
    .option("--admin-password-file <file>", "first password of admin@internal; written if it is not there")
    .option("--show-config", "print the configuration and exit")
    .exitOverride();
  program.parse(args, { from: "user" });
  const { showConfig: onlyShows = false, ...flags } = program.opts<Flags & { showConfig?: boolean }>();
  const config = await readConfig(flags);
  if (onlyShows) {
    process.stdout.write(`${showConfig(config)}\n`);
    return 0;
  }
  // Everything that is written is for this user only: keys, passwords, the database.
  process.umask(0o077);
  const log = openLog("manager", config.logLevel);
  const stopped = stopSignal();
  const manager = await startManager(config, log);
  const { httpsPort, httpPort } = manager;
  process.stdout.write(`${JSON.stringify({ ready: true, httpsPort, httpPort, pid: process.pid })}\n`);
  log.info("the Manager serves", { httpsPort, httpPort, version });
  const end = await Promise.race([stopped, manager.failed]);
  log.info("the Manager stops", { because: end instanceof Error ? describeError(end) : end });
  await manager.close();
  if (end instanceof Error) throw end;
  return 0;
}

function stopSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  return promise;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : usageError;
  else {
    process.stderr.write(`yagura-manager: ${describeError(error)}\n`);
    process.exitCode = error instanceof BadConfig ? usageError : 1;
  }
}
