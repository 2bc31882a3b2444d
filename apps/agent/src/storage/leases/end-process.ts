import type { Log } from "@yagura/std/log.ts";
import type { EndProcess } from "./process-leases.ts";

/**
 * Ends this process as if the power were cut: handlers, children that wait for a word, and what is still to be written get no
 * chance. The kernel kills our children with us, and the init system starts the agent again.
 */
export function killOurselves(log: Log): EndProcess {
  return (because) => {
    log.error("this agent ends itself: it cannot prove that it has stopped writing", { because });
    process.kill(process.pid, "SIGKILL");
  };
}
