import { resolve } from "node:path";
import { findId, type ImageId } from "@yagura/std/ids.ts";
import { oneLine } from "@yagura/std/one-line.ts";
import { formatDuration } from "@yagura/std/units.ts";
import {
  CannotReadDomain,
  CannotRepair,
  diagnoseTogether,
  examineDomain,
  findDomains,
  formatFinding,
  formatReport,
  needsAttention,
  type Report,
  repairDomain,
  reportToJson,
  type WatchOptions,
  watchMembers,
  whoIsAtWork,
} from "@yagura/storage-doctor";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { CliProblem, exitCodes, refusal, usageProblem } from "../../problem.ts";
import { confirm } from "../confirm.ts";

interface DoctorOptions {
  readonly image?: ImageId;
  readonly json?: boolean;
  readonly explain?: boolean;
  readonly check?: boolean;
  readonly watch: boolean;
  readonly repair?: boolean;
  readonly yes?: boolean;
  readonly althoughInUse?: boolean;
}

/** Something is wrong with the domain; 2 when it cannot even be read. */
const FINDINGS_CODE = exitCodes.refused;

/** `yagura storage doctor PATH`: without a Manager, since it is needed where none helps. */
export function addStorageDoctor(storage: Command, cli: Cli): void {
  storage
    .command("doctor")
    .description("say what is wrong with a storage domain in a directory of this machine, and repair what can be")
    .argument("<path>", "the domain's directory, or the one where it is mounted")
    .option("--image <id>", "look at one image only", parseImageId)
    .option("--explain", "also say what there is, not only what is wrong")
    .option("--check", "have qemu-img check the inside of each image (slow)")
    .option("--no-watch", "do not wait to see which hosts are alive")
    .option("--repair", "repair what can be without guessing; no data is touched")
    .option("--yes", "with --repair: do not ask")
    .option("--although-in-use", "with --repair: although a host may be using the domain")
    .option("--json", "for scripts; as -o json")
    .action((path: string, options: DoctorOptions) =>
      cli.attempt(`examine ${path}`, () => explained(() => runDoctor(cli, resolve(path), options))),
    );
}

async function runDoctor(cli: Cli, path: string, options: DoctorOptions): Promise<void> {
  const domains = await findDomains(path);
  if (domains.length === 0) throw new CannotReadDomain(`there is no storage domain in ${path}`);
  const reports: Report[] = [];
  for (const domain of domains) {
    const report = await examineDomain(domain, readOptions(cli, options));
    reports.push(options.repair === true ? await repair(cli, report, options) : report);
  }
  const together = diagnoseTogether(reports.map(({ snapshot }) => snapshot));
  const findings = [...reports.flatMap((report) => report.findings), ...together];
  if (findings.some(needsAttention)) cli.exitCode = FINDINGS_CODE;
  if (options.json === true || cli.output === "json") {
    cli.world.stdout(`${JSON.stringify(reports.map(reportToJson), undefined, 2)}\n`);
    return;
  }
  const explains = options.explain === true || options.image !== undefined;
  const texts = [
    ...reports.map((report) => formatReport(report, { explains })),
    ...together.map((found, index) => `${formatFinding(found, index + 1).join("\n")}\n`),
  ];
  cli.world.stdout(texts.join("\n"));
}

async function repair(cli: Cli, report: Report, options: DoctorOptions): Promise<Report> {
  const { path } = report.snapshot;
  if (report.findings.every((found) => found.repair === undefined)) return report;
  if (options.althoughInUse !== true) await requireUnused(cli, report);
  const now = new Date(cli.world.clock.nowMs()).toISOString().replaceAll(":", "-");
  const after = await repairDomain(path, {
    ...readOptions(cli, { ...options, watch: false }),
    backupName: now,
    agree: async (steps) => {
      cli.say(`To repair ${oneLine(path)}:\n${steps.map(({ words }) => `  ${oneLine(words)}`).join("\n")}`);
      await confirm(cli.world, "Do that?", options.yes);
      return true;
    },
    onDone: ({ words }) => cli.say(`done: ${oneLine(words)}`),
  });
  return after === undefined ? report : { ...after, hosts: report.hosts };
}

/** @throws CliProblem while any host may be at work on the domain */
async function requireUnused(cli: Cli, { snapshot }: Report): Promise<void> {
  const hosts = await watchMembers(snapshot, watchOptions(cli, "proof"));
  const atWork = whoIsAtWork(snapshot, hosts);
  if (atWork.length === 0) return;
  throw refusal(
    `${atWork.join("; ")}: what is repaired meanwhile may be what is just being done`,
    "Put the hosts or the domain into maintenance first; or, knowing better, add --although-in-use",
  );
}

function readOptions(cli: Cli, { image, check, watch }: Pick<DoctorOptions, "image" | "check" | "watch">) {
  return {
    signal: cli.world.signal,
    ...(image !== undefined && { imageId: image }),
    ...(check === true && { checksContents: true }),
    ...(watch && { watch: watchOptions(cli, "seen") }),
  };
}

function watchOptions(cli: Cli, until: WatchOptions["until"]): WatchOptions {
  const { clock, signal } = cli.world;
  const why = until === "proof" ? "that no host can be at work" : "which hosts are alive";
  const onWait = (secondsMax: number): void =>
    cli.say(`Looking ${why}: ${formatDuration(secondsMax * 1000)} at most (--no-watch does without).`);
  return {
    clock,
    signal,
    until,
    onWait:
      until === "seen"
        ? onWait
        : (seconds) => cli.say(`Making sure ${why}: ${formatDuration(seconds * 1000)} at most.`),
  };
}

/** What the doctor itself could not do, with the advice that belongs to it. */
async function explained(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof CannotReadDomain) {
      const todo = "Check the path, and that you may read it: as root, or as the user 36 where NFS knows no root";
      throw new CliProblem(cause.message, { todo, exitCode: exitCodes.usage }, cause.cause);
    }
    if (cause instanceof CannotRepair) {
      throw new CliProblem(
        cause.message,
        { todo: "What was done before stays; repeat it as a user who may: root, or 36", exitCode: exitCodes.refused },
        cause.cause,
      );
    }
    throw cause;
  }
}

function parseImageId(text: string): ImageId {
  const imageId = findId<ImageId>(text);
  if (imageId === undefined) throw usageProblem(`${JSON.stringify(text)} is no image's id`, "Give it as a UUID");
  return imageId;
}
