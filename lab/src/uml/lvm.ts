import type { UmlHost } from "./uml-host.ts";

/** Programs that the hosts need for it, for `whyNoUml`. */
export const lvmPrograms = { "/usr/sbin/lvm": "lvm2" };

/** Lets LVM run on a host without udev, and see what other hosts did to a shared disk. */
export async function prepareLvm(host: UmlHost): Promise<void> {
  await host.run("modprobe", ["dm-mod"]);
  await host.run("mkdir", ["-p", "/run/lvm"]);
  await host.writeFile(
    "/etc/lvm/lvmlocal.conf",
    "activation { udev_sync=0 udev_rules=0 monitoring=0 }\ndevices { use_devicesfile=0 }\n",
  );
}
