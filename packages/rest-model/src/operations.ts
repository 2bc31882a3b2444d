import { type OperationName, type ServiceName, services } from "./generated/services.ts";

/** One thing that can be asked for at one place: `POST /vms/{}/start`. */
export interface ModelOperation {
  /** The verb and the path below the API's root; ids are `{}`. */
  readonly text: string;
  readonly service: ServiceName;
  /** `list`, or an action by its name in a path: `previewsnapshot`. */
  readonly name: string;
}

const verbs: Readonly<Record<OperationName, string>> = {
  list: "GET",
  get: "GET",
  add: "POST",
  update: "PUT",
  remove: "DELETE",
};

/** Everything that can be asked for, in the order of the model. A service that several others contain comes once for each. */
export function listOperations(): readonly ModelOperation[] {
  const found: ModelOperation[] = [];
  const visit = (service: ServiceName, path: string, above: readonly ServiceName[]): void => {
    // Some services contain themselves by way of others (the VM of a disk of a VM).
    if (above.includes(service)) return;
    const { operations, actions, children, item } = services[service];
    for (const name of operations) found.push({ text: `${verbs[name]} ${path === "" ? "/" : path}`, service, name });
    for (const name of Object.keys(actions)) found.push({ text: `POST ${path}/${name}`, service, name });
    const chain = [...above, service];
    for (const [segment, child] of Object.entries(children)) visit(child.service, `${path}/${segment}`, chain);
    if (item !== undefined) visit(item, `${path}/{}`, chain);
  };
  visit("system", "", []);
  return found;
}
