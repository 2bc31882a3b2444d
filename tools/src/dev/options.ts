import { Command, InvalidArgumentError } from "commander";

export interface DevOptions {
  readonly hosts: number;
  readonly httpsPort: number;
  readonly httpPort: number;
}

const hostsMax = 200;

export function readDevOptions(args: readonly string[]): DevOptions {
  const command = new Command("npm run dev --")
    .description("A Manager with simulated hosts, until Ctrl-C.")
    .option("--hosts <n>", "how many simulated hosts", wholeNumber(1, hostsMax), 10)
    .option("--https-port <n>", "port of the API; 0: any free one", wholeNumber(0, 65_535), 8443)
    .option("--http-port <n>", "port of the plain registration; 0: any free one", wholeNumber(0, 65_535), 0);
  command.parse(args, { from: "user" });
  const { hosts, httpsPort, httpPort } = command.opts();
  return { hosts, httpsPort, httpPort };
}

function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= min && number <= max)) throw new InvalidArgumentError(`a number from ${min} to ${max}`);
    return number;
  };
}
