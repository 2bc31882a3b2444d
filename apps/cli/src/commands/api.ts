import { type HttpAnswer, readFault } from "@yagura/rest-client";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Cli } from "../cli.ts";
import { usageProblem } from "../problem.ts";
import { readText } from "./documents/read-text.ts";

interface ApiOptions {
  readonly file?: string;
  readonly header?: readonly string[];
  readonly as: "json" | "xml";
  readonly include?: boolean;
}

/** `yagura api GET /vms?search=name=web`: one request of the API as it is, and the answer as it came. */
export function addApiCommand(program: Command, cli: Cli): void {
  program
    .command("api")
    .description("send one request to the API, and print the answer as it came")
    .argument("<method>", "GET, POST, PUT, DELETE …", parseMethod)
    .argument("<path>", "below the API: /vms, /vms/ID/nics, /vms?search=name=web", parsePath)
    .option("--file <file>", "the body, - for standard input; XML when it begins with <, else JSON")
    .option("--header <name: value>", "a header of the request; may be repeated", collectHeader)
    .addOption(new Option("--as <form>", "the form of the answer").choices(["json", "xml"]).default("json"))
    .option("--include", "print the status and the headers of the answer too")
    .action((method: string, path: string, options: ApiOptions) =>
      cli.withManager(`${method} ${path}`, async ({ world, manager }) => {
        const body = options.file === undefined ? emptyBody(method) : await readText(world, options.file);
        const headers = {
          accept: `application/${options.as}`,
          ...(body !== undefined && {
            "content-type": body.trimStart().startsWith("<") ? "application/xml" : "application/json",
          }),
          ...headersOf(options.header),
        };
        const answer = await manager.documents.exchange({ method, path, headers, body }, { signal: world.signal });
        if (options.include === true) world.stdout(headOf(answer));
        const text = answer.body.toString("utf8").trimEnd();
        if (text !== "") world.stdout(`${text}\n`);
        // The body is printed already; the three lines go to standard error, and the exit code says it to scripts.
        if (answer.status >= 400) throw readFault(`${method} ${path}`, answer);
      }),
    );
}

/** v4 wants a body for its actions, and takes an empty one. */
function emptyBody(method: string): string | undefined {
  return method === "POST" ? "{}" : undefined;
}

function parseMethod(text: string): string {
  const method = text.toUpperCase();
  if (["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].includes(method)) return method;
  throw new InvalidArgumentError("It is a verb of HTTP: GET, POST, PUT, DELETE.");
}

function parsePath(text: string): string {
  const path = text.replace(/^\/ovirt-engine\/api/, "");
  if (path === "" || /^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[\x21-\x7e]*$/.test(path)) return path;
  throw new InvalidArgumentError("A path begins with / and is plain ASCII; encode the rest as %XX.");
}

function collectHeader(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function headersOf(texts: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name = "", value = ""] = /^([\w-]+):[ \t]*([\x20-\x7e]*)$/.exec(text) ?? [];
      if (name === "")
        throw usageProblem(`--header ${JSON.stringify(text)} is no header`, 'As in --header "Filter: true"');
      return [name.toLowerCase(), value];
    }),
  );
}

function headOf({ status, headers }: HttpAnswer): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${[value].flat().join(", ")}`);
  return `${[`HTTP ${status}`, ...lines].join("\n")}\n\n`;
}
