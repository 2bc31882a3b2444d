import { apiPath } from "../edge/target.ts";
import { escapeHtml, type Page, page } from "./html.ts";
import { openApiPath } from "./paths.ts";
import { type OpenApi, type Operation, type PathItem, type Schema, type Verb, verbs } from "./served-openapi.ts";

/** The reference of what is served: operations by collection, then the types that they take and give. */
export function referencePage({ paths, components: { schemas } }: OpenApi): Page {
  const groups = Map.groupBy(Object.entries(paths), ([path]) => path.split("/")[1] ?? "");
  const names = Object.keys(schemas).sort();
  const links = (prefix: string, ids: Iterable<string>) =>
    [...ids].map((id) => `<a href="#${prefix}-${id}">${id === "" ? "/" : id}</a>`).join(" ");
  return page(
    "Yagura REST API v4",
    `<h1>REST API v4</h1>
${introduction}
<h2>Operations</h2>
<p>${links("of", groups.keys())}</p>
${[...groups].map(([name, items]) => operationsOf(name, items)).join("\n")}
<h2>Types</h2>
<p class="small">${links("type", names)}</p>
${names.map((name) => typeOf(name, schemas[name] ?? {})).join("\n")}`,
  );
}

const introduction = `<p>The API of oVirt 4: what clients of oVirt 4.4 and 4.5 send is understood. Here is what this Manager serves; what v4
has beyond it is answered with 501. The same for programs: <a href="${openApiPath}">openapi.json</a>.</p>
<pre>curl --cacert ca.pem --user admin@internal https://MANAGER${apiPath}/vms
curl --cacert ca.pem --user admin@internal -H 'Content-Type: application/xml' \\
  -d '&lt;vm&gt;&lt;name&gt;one&lt;/name&gt;&lt;cluster&gt;&lt;name&gt;Default&lt;/name&gt;&lt;/cluster&gt;&lt;template&gt;&lt;name&gt;demo-template&lt;/name&gt;&lt;/template&gt;&lt;/vm&gt;' \\
  https://MANAGER${apiPath}/vms</pre>
<ul>
<li>Paths are below <code>${apiPath}</code>. XML is the default; <code>Accept: application/json</code> gives JSON, and
<code>Content-Type</code> says what a body is. JSON has numbers and booleans as texts, dates as milliseconds since 1970.</li>
<li>Log in with each request (Basic), or once: POST <code>grant_type=password</code>, <code>scope=ovirt-app-api</code>, <code>username</code>,
<code>password</code> to <code>/ovirt-engine/sso/oauth/token</code>, then <code>Authorization: Bearer</code> and the token.</li>
<li>A reference in a body is by id or by name: <code>&lt;cluster&gt;&lt;name&gt;Default&lt;/name&gt;&lt;/cluster&gt;</code>. PUT changes what is
in the body and leaves the rest.</li>
<li><code>search=name=web* and status=up sortby name</code>, <code>max=</code>, <code>follow=nics,disk_attachments.disk</code>.</li>
<li>What fails is a <code>&lt;fault&gt;</code> with reason and detail; of actions, inside of an <code>&lt;action&gt;</code>.</li>
</ul>`;

function operationsOf(collection: string, items: readonly (readonly [string, PathItem])[]): string {
  const rows = items.flatMap(([path, item]) =>
    verbs.flatMap((verb) => {
      const operation = item[verb];
      return operation === undefined ? [] : [row(verb, path, operation)];
    }),
  );
  return `<h3 id="of-${collection}">${collection === "" ? "/" : collection}</h3>
<table><tr><th>Operation</th><th>Takes</th><th>Gives</th></tr>
${rows.join("\n")}
</table>`;
}

function row(verb: Verb, path: string, operation: Operation): string {
  const { parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content["application/json"]?.schema;
  const answers = Object.entries(responses).filter(([status]) => status !== "default");
  const answer = answers[0]?.[1].content?.["application/json"]?.schema;
  const takes = [
    ...(body === undefined ? [] : [describe(body)]),
    ...parameters.map(({ name, schema }) => `<code>${escapeHtml(name)}</code>: ${describe(schema)}`),
  ];
  const gives = [answers.map(([status]) => status).join(" or "), ...(answer === undefined ? [] : [describe(answer)])];
  return `<tr><td><code>${verb.toUpperCase()} ${escapeHtml(path)}</code></td><td>${takes.join("<br>")}</td><td>${gives.join("<br>")}</td></tr>`;
}

function typeOf(name: string, schema: Schema): string {
  const members = Object.entries(schema.properties ?? {}).map(
    ([member, of]) => `<tr><td><code>${escapeHtml(member)}</code></td><td>${describe(of)}</td></tr>`,
  );
  const content = members.length === 0 ? `<p>${describe(schema)}</p>` : `<table>${members.join("\n")}</table>`;
  return `<h3 id="type-${name}">${name}</h3>
${content}`;
}

/** A type in a few words, with links to what it consists of. */
function describe({ $ref, type, format, enum: words, items, properties }: Schema): string {
  if ($ref !== undefined) {
    const name = escapeHtml($ref.split("/").at(-1) ?? "");
    return `<a href="#type-${name}">${name}</a>`;
  }
  if (words !== undefined) return words.map((word) => `<code>${escapeHtml(word)}</code>`).join(" ");
  if (items !== undefined) return `list of ${describe(items)}`;
  // Lists are wrapped: `"vm": [...]` is the only member of what `GET /vms` gives.
  const only = Object.values(properties ?? {});
  if (only.length > 0) return only.map(describe).join(", ");
  return escapeHtml(format ?? type ?? "");
}
