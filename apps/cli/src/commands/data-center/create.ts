import { type Command, Option } from "commander";
import type { Cli } from "../../cli.ts";

interface CreateOptions {
  readonly description?: string;
  readonly local?: boolean;
  readonly ioTimeout?: string;
}

/** `yagura data-center create NAME` */
export function addCreateDataCenter(dataCenter: Command, cli: Cli): void {
  dataCenter
    .command("create")
    .description("make a data center; prints its id")
    .argument("<name>", "its name")
    .option("--description <text>", "what it is for")
    .option("--local", "its storage is directories of its one host, and not shared")
    .addOption(
      new Option(
        "--io-timeout <seconds>",
        "how long hosts wait for one answer of shared storage (default: 10); the leases of a dead host end after 8 times that and 60 s",
      ).choices(["10", "5", "2"]),
    )
    .action((name: string, { description, local = false, ioTimeout }: CreateOptions) =>
      cli.withManager(`create data center ${name}`, async ({ world, manager }) => {
        const options = { correlationId: world.newCorrelationId(), signal: world.signal };
        const asked = { name, local, ...(description !== undefined && { description }) };
        const created = await manager.data_centers.add(asked, {}, options);
        if (ioTimeout !== undefined && created.id !== undefined) {
          await manager.data_centers.at(created.id).spm.update({ io_timeout: Number(ioTimeout) }, {}, options);
        }
        cli.printOne(created, () => `${created.id ?? ""}\n`);
      }),
    );
}
