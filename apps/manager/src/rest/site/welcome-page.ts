import { apiPath } from "../edge/target.ts";
import { escapeHtml, type Page, page } from "./html.ts";
import { openApiPath, referencePath } from "./paths.ts";

/** What strangers may know of this Manager: that it runs, and how to log in. What it manages is not among it. */
export interface Welcome {
  /** Where HTTPS is served. */
  readonly origin: string;
  /** Of Yagura: "0.1.0". */
  readonly version: string;
  readonly databaseAnswers: boolean;
  readonly caFingerprint: string;
}

/** The page at the Manager's address, until there is a console. */
export function welcomePage({ origin, version, databaseAnswers, caFingerprint }: Welcome): Page {
  const address = escapeHtml(origin);
  return page(
    "Yagura",
    `<h1>Yagura</h1>
<dl>
<dt>What runs</dt>
<dd>Manager ${escapeHtml(version)}: ${databaseAnswers ? "well" : "<strong>its database does not answer</strong>"}.
What it manages is told to those who log in.</dd>
<dt>REST API v4</dt>
<dd><a href="${address}${apiPath}">${address}${apiPath}</a><br>
<a href="${referencePath}">Reference</a>, also as <a href="${openApiPath}">OpenAPI document</a></dd>
<dt>Certificate authority</dt>
<dd><a href="/ovirt-engine/services/pki-resource?resource=ca-certificate&amp;format=X509-PEM-CA">ca.pem</a>
<br>SHA-256 <code>${escapeHtml(caFingerprint)}</code></dd>
<dt>Command line</dt>
<dd><pre>yagura login ${address}</pre>
<span class="small">In the repository: <code>npm run yagura -- login ${address}</code>. It shows the fingerprint above and asks
for the password of <code>admin@internal</code>; <code>npm start</code> ends with where that is.</span></dd>
</dl>`,
  );
}
