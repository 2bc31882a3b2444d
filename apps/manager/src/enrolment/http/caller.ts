import type { FastifyRequest } from "fastify";

/** Where a request came from, as far as the connection itself tells. */
export interface Caller {
  /** IPv4 addresses are written as such, also on a socket that serves both. */
  readonly source: string;
  /** From the machine on which the Manager runs: over loopback, or from an address to that same address. */
  readonly isFromHere: boolean;
}

export function callerOf(request: FastifyRequest): Caller {
  const { remoteAddress, localAddress } = request.raw.socket;
  const source = plainAddress(remoteAddress ?? "");
  const isLoopback = source === "::1" || source.startsWith("127.");
  return { source, isFromHere: isLoopback || (source !== "" && source === plainAddress(localAddress ?? "")) };
}

function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "").replace(/%.*$/, "");
}
