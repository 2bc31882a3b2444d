/** Who somebody is in a directory. */
export interface DirectoryRecord {
  /**
   * What the directory calls him for ever (LDAP's entryUUID or objectGUID, OpenID's `sub`). Rights are found by it and
   * nothing else: names change hands, and a group or user that somebody else made under a known name must get nothing.
   */
  readonly externalId: string;
  /** The part of the directory he is in; `*` where there is only one. */
  readonly namespace: string;
  /** The groups he is in, by what the directory calls them for ever. */
  readonly groupIds: readonly string[];
}

export interface Credentials {
  /** Without the domain. */
  readonly name: string;
  readonly password: string;
}

/**
 * Where users of a domain come from: our own table, and one day LDAP or another OpenID provider. It only says who somebody
 * is; whether he may log in, and what he may do, is ours to say, and who has not been added and given a role may nothing.
 */
export interface DirectoryProvider {
  /** "internal": what stands behind the last `@` of a login. */
  readonly domain: string;
  /** Other words for it that clients use. */
  readonly aliases: readonly string[];
  /** `undefined` for a wrong name or password; which of them is wrong, and how long it took, tells nobody. */
  authenticate(credentials: Credentials): Promise<DirectoryRecord | undefined>;
  /** Whether just these were right a moment ago. Cheap; asks nobody outside. */
  wereRightLately(credentials: Credentials): Promise<boolean>;
}
