export const apiScope = "ovirt-app-api";
/** Of tokens that the API takes; oVirt's portals ask for the other two. */
const appScopes: ReadonlySet<string> = new Set([apiScope, "ovirt-app-admin", "ovirt-app-portal"]);

export function scopesOf(scope: string): readonly string[] {
  return scope.split(/[\s,+]+/).filter((each) => each !== "");
}

/** A token that a client got to know who somebody is does not open the API to it. */
export function isForApi(scope: string): boolean {
  return scopesOf(scope).some((each) => appScopes.has(each));
}
