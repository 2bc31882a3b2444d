import { readFile } from "node:fs/promises";
import { usageProblem } from "../problem.ts";
import type { CliWorld } from "../world.ts";

/** A password file is one line; more is a mistake such as a wrong path. */
const PASSWORD_CHARACTERS_MAX = 4096;

/** The password from a file, or from standard input for "-". The line feed at its end is not part of it. */
export async function readPassword(world: CliWorld, file: string): Promise<string> {
  const text = file === "-" ? await world.readStdin() : await readPasswordFile(file);
  const password = text.replace(/\r?\n$/, "");
  if (password === "" || password.length > PASSWORD_CHARACTERS_MAX || /[\r\n]/.test(password)) {
    throw usageProblem(
      `${file === "-" ? "standard input" : file} does not hold one password`,
      "Put it alone on one line",
    );
  }
  return password;
}

async function readPasswordFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw usageProblem(`the password file ${file} cannot be read (${code})`, "Check its path and permissions");
  }
}
