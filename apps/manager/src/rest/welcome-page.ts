import { createHash } from "node:crypto";
import { apiPath } from "./edge/target.ts";

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 4rem auto; padding: 0 1rem; color: #151515; }
h1 { font-weight: 600; } dt { font-weight: 600; margin-top: 1rem; } dd { margin: 0; }
code, pre { font: 14px/1.5 ui-monospace, monospace; } pre { background: #f2f2f2; padding: .75rem; overflow-x: auto; }
`;

const styleHash = `sha256-${createHash("sha256").update(style).digest("base64")}`;

/** The page at the Manager's address, until there is a console. `origin` is where HTTPS is served. */
export function welcomePage(origin: string, caFingerprint: string): { html: string; styleHash: string } {
  const address = escapeHtml(origin);
  const html = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Yagura</title><style>${style}</style></head>
<body>
<h1>Yagura</h1>
<p>The Manager of this data center is running.</p>
<dl>
<dt>REST API v4</dt>
<dd><a href="${address}${apiPath}">${address}${apiPath}</a></dd>
<dt>Certificate authority</dt>
<dd><a href="/ovirt-engine/services/pki-resource?resource=ca-certificate&amp;format=X509-PEM-CA">ca.pem</a>
<br>SHA-256 <code>${escapeHtml(caFingerprint)}</code></dd>
<dt>Command line</dt>
<dd><pre>yagura login ${address}</pre></dd>
</dl>
</body>
</html>
`;
  return { html, styleHash };
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
