// node lab/src/pass-on.ts SOCKET ADDRESS PORT: hands on every connection to a Unix socket; see door.ts.
import { connect, createServer } from "node:net";
import { joinSockets } from "./join-sockets.ts";

const [socketPath = "", address = "", port = ""] = process.argv.slice(2);
const server = createServer((client) => joinSockets(client, connect(Number(port), address)));
server.listen(socketPath, () => process.stdout.write("ready\n"));
