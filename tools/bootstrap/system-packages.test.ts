import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isMissing, isOffered, type Need, namesOfDistribution, planInstallation } from "./system-packages.mjs";

const qemu: Need = {
  what: "QEMU",
  for: ["start"],
  paths: ["/usr/bin/qemu", "/usr/libexec/qemu"],
  apt: ["qemu", "qemu-utils"],
  dnf: ["qemu-kvm"],
};
const tools: Need = { ...qemu, what: "tools", apt: ["qemu-utils"], dnf: ["qemu-img"] };

test("isMissing wants one of the paths, and only for the purpose", () => {
  assert.equal(
    isMissing(qemu, "start", (path) => path === "/usr/libexec/qemu"),
    false,
  );
  assert.equal(
    isMissing(qemu, "start", () => false),
    true,
  );
  assert.equal(
    isMissing(qemu, "test", () => false),
    false,
  );
});

test("isOffered is false for the package managers and processors that lack it", () => {
  const only: Need = { ...qemu, lacking: ["dnf", "arm64"] };
  assert.deepEqual(
    [
      ["apt", "x64"],
      ["dnf", "x64"],
      ["apt", "arm64"],
    ].map((here) => isOffered(only, here)),
    [true, false, false],
  );
  assert.equal(isOffered(qemu, ["dnf", "arm64"]), true);
});

test("planInstallation installs each package once, as root or with sudo", () => {
  const asRoot = planInstallation([qemu, tools], { hasApt: true, isRoot: true, sudo: [] });
  assert.match(asRoot.text, /will be installed:\n {2}QEMU: qemu, qemu-utils\n {2}tools: qemu-utils$/);
  assert.deepEqual(asRoot.command?.slice(-4), ["--yes", "--no-install-recommends", "qemu", "qemu-utils"]);
  const withSudo = planInstallation([qemu], { hasApt: true, isRoot: false, sudo: ["sudo", "-n"] });
  assert.match(withSudo.text, /will be installed with sudo/);
  assert.deepEqual(withSudo.update?.slice(0, 2), ["sudo", "-n"]);
});

test("planInstallation tells what to do where it cannot install", () => {
  const withoutSudo = planInstallation([qemu, tools], { hasApt: true, isRoot: false, sudo: [] });
  assert.equal(withoutSudo.command, undefined);
  assert.match(withoutSudo.text, /apt-get install --yes --no-install-recommends qemu qemu-utils\n/);
  const withoutApt = planInstallation([qemu, tools], { hasApt: false, isRoot: false, sudo: [] });
  assert.equal(withoutApt.command, undefined);
  assert.match(withoutApt.text, / {2}QEMU: qemu-kvm\n[\s\S]* sudo dnf install qemu-kvm qemu-img\n/);
});

test("every need in the list names what it is for, how it shows, and its packages for both managers", async () => {
  const path = join(import.meta.dirname, "../../lab/system-packages.json");
  await access(path);
  const { needs }: { needs: readonly Need[] } = JSON.parse(await readFile(path, "utf8"));
  for (const need of needs) {
    assert.ok(need.paths.length > 0 && need.paths.every((one) => one.startsWith("/")), need.what);
    assert.ok(need.apt.length > 0 && (need.dnf.length > 0 || need.lacking?.includes("dnf")), need.what);
    assert.ok(
      need.for.every((one) => ["start", "test", "bench"].includes(one)),
      need.what,
    );
  }
});

test("namesOfDistribution knows relatives too, quoted or not", () => {
  assert.deepEqual(namesOfDistribution('NAME="Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\n'), [
    "linuxmint",
    "ubuntu",
    "debian",
  ]);
  assert.deepEqual(namesOfDistribution("ID=debian\n"), ["debian"]);
  assert.deepEqual(namesOfDistribution(""), []);
});
