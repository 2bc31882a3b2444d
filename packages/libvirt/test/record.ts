// Records what a foreign client and a real libvirtd say to each other, packet by packet, for test/captures:
//
//   node packages/libvirt/test/record.ts OUT.jsonl DAEMON-SOCKET virsh -c 'test+unix:///default?socket=SOCKET' 'list --all'
//
// SOCKET in the arguments becomes the socket of the recorder, which passes everything on to the daemon.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "@yagura/std/run-program.ts";
import { PacketReader } from "../src/wire/packet-reader.ts";

const [output = "", daemonSocket = "", program = "", ...args] = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), "yagura-record-"));
const socket = join(directory, "sock");
const lines = [JSON.stringify({ command: [program, ...args] })];
const server = await listen(socket);
try {
  const { stdout } = await runProgram(
    program,
    args.map((argument) => argument.replace("SOCKET", socket)),
  );
  process.stdout.write(stdout);
} finally {
  server.close();
  await rm(directory, { recursive: true });
}
await writeFile(output, `${lines.join("\n")}\n`);

function listen(path: string): Promise<Server> {
  const { promise, resolve } = Promise.withResolvers<Server>();
  const listening = createServer((client) => {
    const daemon = connect(daemonSocket);
    pass(client, daemon, "client");
    pass(daemon, client, "daemon");
  });
  listening.listen(path, () => resolve(listening));
  return promise;
}

function pass(source: Socket, target: Socket, from: "client" | "daemon"): void {
  const packets = new PacketReader((bytes, start, end) => {
    lines.push(JSON.stringify({ from, packet: bytes.toString("base64", start, end) }));
  });
  source.on("data", (chunk: Buffer) => {
    packets.push(chunk);
    target.write(chunk);
  });
  source.on("error", () => target.destroy());
  source.on("close", () => target.end());
}
