import { createHash } from "node:crypto";

/** A page that needs nothing from elsewhere: no script, one style, whose hash the browser checks. */
export interface Page {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1rem; color: #151515; }
h1, h2, h3 { font-weight: 600; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #d2d2d2; }
dt { font-weight: 600; margin-top: 1rem; } dd { margin: 0; }
code, pre { font: 14px/1.5 ui-monospace, monospace; } pre { background: #f2f2f2; padding: .75rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .15rem .75rem .15rem 0; }
tr:target, h3:target { background: #fff4cc; } .small { color: #4d4d4d; font-size: 14px; }
`;

const styleHash = `sha256-${createHash("sha256").update(style).digest("base64")}`;

/** @param body HTML, with every text in it escaped */
export function page(title: string, body: string): Page {
  return {
    html: `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
${body}
</body>
</html>
`,
    contentSecurityPolicy: `default-src 'none'; style-src '${styleHash}'; frame-ancestors 'none'`,
  };
}

export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
