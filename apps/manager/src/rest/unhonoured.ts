import { isDeepStrictEqual } from "node:util";
import type { RestTypeName } from "@yagura/rest-model";

type Document = Readonly<Record<string, unknown>>;

/** What is no wish: whoever sends a document back as he got it sends these too. */
const told: ReadonlySet<string> = new Set([
  "actions",
  "creation_status",
  "creation_time",
  "external_status",
  "has_illegal_images",
  "href",
  "id",
  "link",
  "next_run_configuration_exists",
  "original_template",
  "run_once",
  "start_time",
  "statistics",
  "status",
  "status_detail",
  "stop_reason",
  "stop_time",
  "summary",
]);

/** Wishes that are fulfilled and that no answer repeats: secrets, and what is asked for by a name or has documents of its own. */
const unspoken: Partial<Record<RestTypeName, readonly string[]>> = {
  affinity_label: ["hosts", "vms"],
  disk: ["alias", "initial_size", "name", "storage_domain", "storage_domains"],
  disk_attachment: ["disk"],
  host: ["root_password"],
  image_transfer: ["disk"],
  network: ["profile_required"],
  permission: ["cluster", "data_center", "disk", "host", "storage_domain", "template", "vm", "vm_pool"],
  role: ["permits"],
  snapshot: ["disk_attachments"],
  storage_connection: ["host", "password"],
  storage_domain: ["host", "import", "storage"],
  template: ["disk_attachments", "large_icon", "vm"],
  user: ["domain", "password", "user_name"],
  vm: ["console", "disk_attachments", "initialization", "instance_type", "large_icon", "soundcard_enabled"],
};

/** Wishes that are kept, so that they are there when something acts upon them, and upon which nothing acts yet. */
const onlyKept: Partial<Record<RestTypeName, readonly string[]>> = {
  disk: ["backup", "propagate_errors"],
  template: machineOnlyKept(),
  vm: machineOnlyKept(),
};

function machineOnlyKept(): readonly string[] {
  return [
    "bios.boot_menu.enabled",
    "cpu_shares",
    "high_availability.enabled",
    "soundcard_enabled",
    "stateless",
    "time_zone.name",
  ];
}

/**
 * What a body asked for and its answer does not have: `cpu_shares`, `io.threads`. An answer is rendered from what is kept, and
 * only what is acted upon is kept; so a wish that it does not repeat was not fulfilled. Members that are asked for in the
 * way they are anyway do not count. Pure.
 */
export function listUnhonoured(type: RestTypeName, body: object, answer: object): readonly string[] {
  const found: string[] = [];
  const unsaid = unspoken[type] ?? [];
  for (const [name, wish] of Object.entries(body)) {
    if (!unsaid.includes(name)) compare(name, wish, (answer as Document)[name], found);
  }
  const hollow = (onlyKept[type] ?? []).filter((path) => !found.includes(path) && isMore(memberAt(body, path)));
  return [...found, ...hollow];
}

function compare(path: string, wish: unknown, have: unknown, found: string[]): void {
  if (told.has(path.slice(path.lastIndexOf(".") + 1)) || isDeepStrictEqual(wish, have)) return;
  if (isNothing(wish) && isNothing(have)) return;
  if (Array.isArray(wish)) {
    if (!isSameList(wish, have)) found.push(path);
  } else if (isDocument(wish)) {
    if (isReference(wish)) {
      if (!isSameObject(wish, have)) found.push(path);
      return;
    }
    for (const [name, member] of Object.entries(wish)) {
      compare(`${path}.${name}`, member, isDocument(have) ? have[name] : undefined, found);
    }
  } else if (typeof wish !== "string" || typeof have !== "string" || wish.toLowerCase() !== have.toLowerCase()) {
    found.push(path);
  }
}

function memberAt(document: unknown, path: string): unknown {
  return path.split(".").reduce((at, name) => (isDocument(at) ? at[name] : undefined), document);
}

/** More than the ordinary. */
function isMore(value: unknown): boolean {
  return !isNothing(value) && value !== 0 && value !== "none";
}

/** To have nothing where there is nothing is no wish. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === false || value === "" || (Array.isArray(value) && value.length === 0);
}

function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** `<cluster id="…"/>` or `<cluster><name>…</name></cluster>` */
function isReference(value: Document): boolean {
  const names = Object.keys(value).filter((name) => value[name] !== undefined && name !== "href" && name !== "link");
  return names.length > 0 && names.every((name) => name === "id" || name === "name");
}

/** Of a wish by name the answer has the id only: that it has one is all that can be seen. */
function isSameObject(wish: Document, have: unknown): boolean {
  if (!isDocument(have)) return false;
  return wish["id"] === undefined || String(wish["id"]).toLowerCase() === String(have["id"]).toLowerCase();
}

function isSameList(wish: readonly unknown[], have: unknown): boolean {
  if (!Array.isArray(have) || have.length !== wish.length) return false;
  return wish.every((item, index) => {
    const lacking: string[] = [];
    compare("item", item, have[index], lacking);
    return lacking.length === 0;
  });
}
