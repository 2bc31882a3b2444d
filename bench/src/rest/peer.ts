// node peer.ts DOCUMENT CERTIFICATE KEY: the same list of VMs served from memory by a plain fastify handler, whole, in pages of
// 100 and one by one. Prints its port.
import { readFileSync } from "node:fs";
import fastify from "fastify";

const [documentFile = "", certificateFile = "", keyFile = ""] = process.argv.slice(2);
const all = readFileSync(documentFile);
const [begin = "", ...rest] = all.toString("utf8").split(/^ {4}(?=<vm )/m);
const items = rest.map((text) => `    ${text.replace("</vms>\n", "")}`);
const declaration = begin.slice(0, begin.indexOf("<vms>"));
const one = new Map(items.map((text) => [/id="([^"]+)"/.exec(text)?.[1], Buffer.from(declaration + text)]));
const page = (number: number): Buffer =>
  Buffer.from(`${begin}${items.slice((number - 1) * 100, number * 100).join("")}</vms>\n`);
const pages = Array.from({ length: Math.ceil(items.length / 100) }, (_, index) => page(index + 1));

const app = fastify({ https: { cert: readFileSync(certificateFile), key: readFileSync(keyFile) } });
app.get<{ Params: { id: string } }>("/ovirt-engine/api/vms/:id", (request, reply) =>
  reply.type("application/xml").send(one.get(request.params.id)),
);
app.get<{ Querystring: { search?: string } }>("/ovirt-engine/api/vms", (request, reply) => {
  const number = /page (\d+)/.exec(request.query.search ?? "")?.[1];
  return reply.type("application/xml").send(number === undefined ? all : pages[Number(number) - 1]);
});
const address = await app.listen({ host: "127.0.0.1", port: 0 });
process.stdout.write(`${JSON.stringify({ ready: true, httpsPort: Number(new URL(address).port) })}\n`);
