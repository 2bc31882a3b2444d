import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Field name to type, in the order of the wire. The name `...` spreads the fields of another type. */
export type Fields = Readonly<Record<string, string>>;

export interface Variant {
  readonly tag: number;
  readonly name: string;
  readonly value: string;
}

export interface Call {
  readonly number: number;
  readonly name: string;
  /** The daemon has workers of their own for these. */
  readonly priority?: "high";
  /** Answered from the daemon's memory, whatever guests and storage do. */
  readonly quick?: true;
  readonly stream?: "read" | "write";
  /** Passes file descriptors, which Node cannot: codecs are made, a method is not. */
  readonly descriptors?: "in" | "out";
  readonly takes?: Fields | string;
  readonly gives?: Fields | string;
}

export interface Event {
  readonly number: number;
  readonly name: string;
  readonly family?: string;
  readonly kind?: string;
  readonly id?: number;
  readonly carries: Fields | string;
}

export interface ProgramSpec {
  readonly program: { readonly name: string; readonly number: number; readonly version: number };
  readonly limits?: Readonly<Record<string, number>>;
  readonly unions?: Readonly<Record<string, readonly Variant[]>>;
  readonly types?: Readonly<Record<string, Fields>>;
  readonly calls: readonly Call[];
  readonly events: readonly Event[];
}

export interface NetSpec {
  readonly limits: Readonly<Record<string, number>>;
  readonly packetTypes: Readonly<Record<string, number>>;
  readonly packetStatuses: Readonly<Record<string, number>>;
  readonly types: Readonly<Record<string, Fields>>;
}

export interface LibvirtSpec {
  readonly remote: ProgramSpec;
  readonly qemu: ProgramSpec;
  readonly net: NetSpec;
  readonly keepalive: {
    readonly program: { readonly number: number; readonly version: number };
    readonly messages: Readonly<Record<string, number>>;
  };
  readonly constants: { readonly enumerations: Readonly<Record<string, Readonly<Record<string, number>>>> };
}

/** Our own files: their shape is checked by what the generator makes of them, which must compile and pass its tests. */
export async function readSpec(root: string): Promise<LibvirtSpec> {
  const [remote, qemu, net, keepalive, constants] = await Promise.all(
    ["remote", "qemu", "net", "keepalive", "constants"].map(async (name) =>
      JSON.parse(await readFile(join(root, "specs/libvirt", `${name}.json`), "utf8")),
    ),
  );
  return { remote, qemu, net, keepalive, constants };
}
