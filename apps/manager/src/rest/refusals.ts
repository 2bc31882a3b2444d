// What is wrong with a request by itself, before anything of the inventory was looked at. `faults.ts` says with
// which status each is answered.

/** There is no such place in the API. */
export class NoSuchPath extends Error {
  override readonly name = "NoSuchPath";

  constructor(path: string) {
    super(`there is nothing at ${path.slice(0, 200)}`);
  }
}

/** v4 has this, this Manager does not: see `not-implemented.txt`. */
export class NotServed extends Error {
  override readonly name = "NotServed";

  constructor(method: string, path: string) {
    super(`${method} ${path.slice(0, 200)} is part of the API, but this Manager does not serve it yet`);
  }
}

export class MethodNotServed extends Error {
  override readonly name = "MethodNotServed";
  readonly allowed: readonly string[];

  constructor(method: string, path: string, allowed: readonly string[]) {
    super(`${path.slice(0, 200) || "/"} has no ${method}, only ${allowed.join(", ")}`);
    this.allowed = allowed;
  }
}

export class NotAuthenticated extends Error {
  override readonly name = "NotAuthenticated";
}

/** A browser sent it on behalf of another site, with the user's cookie or password. */
export class CrossSiteRequest extends Error {
  override readonly name = "CrossSiteRequest";
}

export class NotAcceptable extends Error {
  override readonly name = "NotAcceptable";
}

export class UnknownBodyFormat extends Error {
  override readonly name = "UnknownBodyFormat";
}

export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

export class BodyTooSlow extends Error {
  override readonly name = "BodyTooSlow";
}

/** "Vm [name] required for add": clients of oVirt know the sentence. */
export class MissingMember extends Error {
  override readonly name = "MissingMember";

  constructor(type: string, members: readonly string[], operation: string) {
    super(`${type} [${members.join(", ")}] required for ${operation}`);
  }
}

/** Passwords, tokens and what they open do not go over the network in the clear. */
export class NotOverPlainHttp extends Error {
  override readonly name = "NotOverPlainHttp";

  constructor() {
    super("this is served over HTTPS only");
  }
}

/** What was begun has ended with an error. */
export class WorkFailed extends Error {
  override readonly name = "WorkFailed";
}

/** An image is sent without saying how long it is. */
export class MissingLength extends Error {
  override readonly name = "MissingLength";

  constructor() {
    super("an image needs a Content-Length");
  }
}

/** Only a part of an image is sent. */
export class PartOfImage extends Error {
  override readonly name = "PartOfImage";

  constructor() {
    super("an image is sent as a whole, from its first byte");
  }
}

/** The request came, or was under way, when the Manager was told to stop. */
export class ManagerStopping extends Error {
  override readonly name = "ManagerStopping";

  constructor() {
    super("the Manager is stopping; try again in a moment");
  }
}
