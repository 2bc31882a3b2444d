import type { Operation } from "./operation.ts";
import { type OperationName, operations } from "./operations.ts";
import { type SharedOperationName, sharedOperations } from "./shared-operations.ts";

export type AnyOperationName = OperationName | SharedOperationName;

export function findOperation(name: AnyOperationName): Operation {
  return { ...operations, ...sharedOperations }[name];
}
