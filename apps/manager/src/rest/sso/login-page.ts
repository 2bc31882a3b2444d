import { escapeHtml, type Page, page } from "../site/html.ts";

export const loginPath = "/ovirt-engine/sso/login";

export interface LoginForm {
  /** What goes back with name and password. */
  readonly hidden: readonly (readonly [name: string, value: string])[];
  readonly clientId: string;
  /** Origin of the client: browsers follow the form there, if the page allows it. */
  readonly returnsTo: string;
  readonly message?: string | undefined;
}

/** The page to log in: a form, no script. */
export function loginPage({ hidden, clientId, returnsTo, message }: LoginForm): Page {
  const fields = hidden.map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const { html, contentSecurityPolicy } = page(
    "Log in · Yagura",
    `<h1>Yagura</h1>
<p>Log in to go on to <strong>${escapeHtml(clientId)}</strong>.</p>
${message === undefined ? "" : `<p role="alert"><strong>${escapeHtml(message)}</strong></p>`}
<form method="post" action="${loginPath}">
${fields.join("\n")}
<p><label>User name<br><input name="username" autocomplete="username" autocapitalize="none" required autofocus></label></p>
<p><label>Password<br><input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button>Log in</button></p>
</form>
<p class="small">Users of this Manager log in as <code>name@internal</code>; the domain may be left out.</p>`,
  );
  return { html, contentSecurityPolicy: `${contentSecurityPolicy}; form-action 'self' ${returnsTo}; base-uri 'none'` };
}

/** When nobody can be sent anywhere. */
export function refusalPage(message: string): Page {
  return page("Yagura", `<h1>Yagura</h1>\n<p>${escapeHtml(message)} Tell whoever runs it.</p>`);
}
