// A process that holds a lease until it is ended: `node hold-lease.ts SOCKET LEASE-AS-JSON`. Prints the version when it has it.
import { createSanlock, type WantedLease } from "@yagura/sanlock";

const [socketPath = "", lease = ""] = process.argv.slice(2);
const wanted: WantedLease = JSON.parse(lease);
const holder = await createSanlock({ socketPath }).register({ onLost: () => process.exit(3) });
const outcome = await holder.acquire([wanted]);
process.stdout.write(`${outcome.is === "acquired" ? outcome.leases[0]?.version : outcome.codeName}\n`);
