import { createServer } from "node:net";
import { findPortHolder } from "@yagura/std/port-holder.ts";

/** A port that was asked for, or one that we cannot do without, is in use or not ours to take. */
export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/**
 * The port to use: the one asked for, else the first of the preferred ones that can be bound.
 * @throws PortTaken naming the process that has it, if it can be told.
 */
export async function choosePort(
  what: string,
  address: string,
  wanted: number | undefined,
  preferred: readonly number[],
): Promise<number> {
  const candidates = wanted === undefined ? preferred : [wanted];
  const reasons: string[] = [];
  for (const port of candidates) {
    const reason = await whyNot(address, port);
    if (reason === undefined) return port;
    reasons.push(reason);
  }
  throw new PortTaken(`${what} cannot be opened: ${reasons.join("; ")}. Choose another port, or end that process.`);
}

/** Why the port cannot be bound, or nothing if it can. */
async function whyNot(address: string, port: number): Promise<string | undefined> {
  const code = await tryToListen(address, port);
  if (code === undefined) return undefined;
  if (code === "EACCES") return `port ${port} is reserved for root`;
  if (code !== "EADDRINUSE") return `port ${port} on ${address}: ${code}`;
  const holder = await findPortHolder(port);
  return `port ${port} is in use${holder === undefined ? "" : ` by ${holder.program} (process ${holder.pid})`}`;
}

function tryToListen(address: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer();
  server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  server.listen(port, address, () => server.close(() => resolve(undefined)));
  return promise;
}
