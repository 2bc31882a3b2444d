// An agent that dies in the moment in which it has started a program: `tail --follow` on the file that it is given.
import { spawn } from "node:child_process";
import { tiedToUs } from "./tied-to-us.ts";

const [path = ""] = process.argv.slice(2);
spawn("setpriv", await tiedToUs("tail", ["--follow", path]), { stdio: "ignore" });
process.kill(process.pid, "SIGKILL");
