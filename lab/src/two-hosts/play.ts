import { join } from "node:path";
import { startTwoHosts, type TwoHostsOptions } from "./two-hosts.ts";

/** The lab, with what its user must know. */
export async function buildTwoHosts(
  options: TwoHostsOptions,
): Promise<AsyncDisposable & { readonly advice: readonly string[] }> {
  const lab = await startTwoHosts(options);
  const enter = (on: { readonly enter: readonly string[] }): string => `${on.enter.join(" ")} bash`;
  const advice = [
    "",
    `Address   ${lab.url}`,
    `User      admin@internal, password in ${lab.passwordFile}`,
    `Manager   ${lab.manager.address}   enter it: ${enter(lab.manager)}`,
    ...lab.hosts.flatMap((host) => [
      `Host ${host.title}  ${host.address}  enter it: ${enter(host)}`,
      `          its libvirt: virsh --connect 'qemu:///system?socket=${host.libvirtSocket}'`,
      `          its log: ${join(host.agentDirectory, "log")}`,
    ]),
  ];
  return { advice, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() };
}
