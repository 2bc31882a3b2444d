// The system's packages, by apt. Other systems get the list.

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Missing, run, say, timed } from "./run.mjs";

/**
 * What is missing for a purpose and can be installed, or `undefined` when nothing is missing.
 * @throws Missing with the list and what to do, where it cannot be installed
 */
export function findMissingPackages(root, purpose) {
  const { needs } = JSON.parse(readFileSync(join(root, "lab", "system-packages.json"), "utf8"));
  const hasApt = existsSync("/usr/bin/apt-get");
  const here = [hasApt ? "apt" : "dnf", process.arch, ...readDistributions()];
  const missing = needs.filter((need) => isOffered(need, here) && isMissing(need, purpose, existsSync));
  if (missing.length === 0) return undefined;
  const isRoot = process.getuid() === 0;
  const sudo = isRoot || !hasApt ? [] : findSudo();
  const plan = planInstallation(missing, { hasApt, isRoot, sudo });
  if (plan.command === undefined) throw new Missing(plan.text);
  return { ...plan, needs: missing };
}

function readDistributions() {
  return existsSync("/etc/os-release") ? namesOfDistribution(readFileSync("/etc/os-release", "utf8")) : [];
}

/** The distribution and those it is made from, out of /etc/os-release: "linuxmint", "ubuntu", "debian". */
export function namesOfDistribution(text) {
  return [...text.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, names]) => names.split(" "));
}

/** Whether something is needed for the purpose, and none of the paths that would show it is there. */
export function isMissing(need, purpose, exists) {
  return need.for.includes(purpose) && !need.paths.some(exists);
}

/** Whether a package brings it on such a machine. Where none does, the tests that want it tell that they were skipped. */
export function isOffered(need, here) {
  return !here.some((one) => need.lacking?.includes(one));
}

/**
 * What to tell, and the command to run; without a command the user has to do it.
 * @param machine hasApt, isRoot, and how sudo is called (empty: there is none)
 */
export function planInstallation(missing, { hasApt, isRoot, sudo }) {
  const manager = hasApt ? "apt" : "dnf";
  const names = [...new Set(missing.flatMap((need) => need[manager]))];
  const list = missing.map((need) => `  ${need.what}: ${need[manager].join(", ")}`).join("\n");
  if (!hasApt) {
    return {
      text: `These programs are missing:\n${list}\nInstall them, for example on Fedora or RHEL with\n  ${isRoot ? "" : "sudo "}dnf install ${names.join(" ")}\nand start again.`,
    };
  }
  const install = ["install", "--yes", "--no-install-recommends", ...names];
  if (!isRoot && sudo.length === 0) {
    return {
      text: `These packages are missing:\n${list}\nAsk whoever administers this machine to run\n  apt-get ${install.join(" ")}\nand start again.`,
    };
  }
  // Right after a machine's first boot apt is often busy with updates; it waits for its lock.
  const apt = [...sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"];
  return {
    text: `These packages are missing and will be installed${isRoot ? "" : " with sudo"}:\n${list}`,
    update: [...apt, "update"],
    command: [...apt, ...install],
  };
}

/** Runs what was planned. @throws Missing */
export async function installSystemPackages({ update, command, needs }) {
  await timed("installing system packages", async () => {
    // One repository of somebody's that does not answer must not stop us: what is missing shows in the installation.
    await run(update[0], update.slice(1)).catch((error) => say(error.message));
    await run(command[0], command.slice(1));
  });
  const still = needs.filter((need) => !need.paths.some(existsSync));
  if (still.length > 0) throw new Missing(`Installed, but not found: ${still.map((need) => need.what).join(", ")}.`);
}

function findSudo() {
  try {
    accessSync("/usr/bin/sudo", constants.X_OK);
    return process.stdin.isTTY ? ["sudo"] : spawnSync("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : [];
  } catch {
    return []; // There is no sudo here.
  }
}
