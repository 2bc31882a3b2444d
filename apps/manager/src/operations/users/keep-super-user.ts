import type { Tx } from "../../db/database.ts";
import { countSuperUsers } from "../../db/queries/users.ts";
import { refuseIf } from "../../domain/errors.ts";

/**
 * For the end of a transaction that takes rights away: when after it nobody could administer the system any more, and
 * so nobody could give the rights back, it is refused as a whole.
 */
export async function keepSuperUser(tx: Tx, attempt: string): Promise<void> {
  const isLost = (await countSuperUsers(tx)) === 0;
  refuseIf(attempt, isLost ? ["The system must have at least one Super User Role defined."] : []);
}
