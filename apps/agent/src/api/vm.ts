import type { SomeVerbs } from "@yagura/agent-protocol";
import { type ImageId, parseId, type VmId, type VolumeId } from "@yagura/std/ids.ts";
import { CannotCreateVm, MissingParameter, UnsupportedOnHost } from "../errors.ts";
import { createVm } from "../virt/create-vm.ts";
import { destroyVm } from "../virt/destroy-vm.ts";
import { extendDisk } from "../virt/extend-disk.ts";
import { continueVm, pauseVm, resetVm, takeScreenshot } from "../virt/operate-vm.ts";
import type { VmSampler } from "../virt/sample-vms.ts";
import { setTicket } from "../virt/set-ticket.ts";
import { shutdownVm } from "../virt/shutdown-vm.ts";
import type { VirtContext } from "../virt/virt-context.ts";
import type { Vm } from "../virt/vm.ts";
import { formatVmDefinition } from "./format-vm-info.ts";
import { formatVmStats } from "./format-vm-stats.ts";

/** vdsm's [vars] sys_shutdown_timeout and user_shutdown_timeout, in seconds. */
const SHUTDOWN_DELAY_SECONDS = 0;
const SHUTDOWN_STEP_SECONDS = 30;

/** The namespace `VM`. */
export function vmVerbs(virt: VirtContext, sampler: VmSampler): NonNullable<SomeVerbs["VM"]> {
  const id = (vmID: string): VmId => parseId<VmId>(vmID);
  // The answer has the shape of a definition, under one more name; vdsm lib/vdsm/API.py: VM.cont
  const reply = ({ view }: Vm) => ({ vmList: { vmId: view.vmId, vmName: view.name, status: view.status } });
  return {
    async create({ vmID, vmParams }) {
      const vmId = id(vmID);
      if (vmParams.vmId !== undefined && id(vmParams.vmId) !== vmId) {
        throw new CannotCreateVm(`vmID ${vmId} and vmParams.vmId ${vmParams.vmId} are not the same`);
      }
      if (vmParams.xml === undefined) throw new MissingParameter("Missing required parameter: vmParams.xml");
      const isLaunchedPaused = vmParams.launchPaused === true;
      return formatVmDefinition(createVm(virt, { vmId, xml: vmParams.xml, isLaunchedPaused }).view);
    },
    async destroy({ vmID, gracefulAttempts = 1 }) {
      await destroyVm(virt, id(vmID), gracefulAttempts);
    },
    async shutdown({
      vmID,
      delay = SHUTDOWN_DELAY_SECONDS,
      timeout = SHUTDOWN_STEP_SECONDS,
      reboot = false,
      force = false,
    }) {
      shutdownVm(virt, {
        vmId: id(vmID),
        isReboot: reboot,
        delaySeconds: Math.max(0, delay),
        timeoutSeconds: Math.max(1, timeout),
        isForced: force,
      });
    },
    async reset({ vmID }) {
      await resetVm(virt, id(vmID));
    },
    async pause({ vmID }) {
      return reply(await pauseVm(virt, id(vmID)));
    },
    async cont({ vmID }) {
      return reply(await continueVm(virt, id(vmID)));
    },
    async getStats({ vmID }) {
      const vm = virt.vms.get(id(vmID));
      await sampler.refreshBooting([vm]);
      return [formatVmStats(vm.view, virt.clocks.nowMs())];
    },
    async getInfo({ vmID }) {
      return formatVmDefinition(virt.vms.get(id(vmID)).view);
    },
    async screenshot({ vmID }) {
      const { bytes, mime } = await takeScreenshot(virt, id(vmID));
      return { data: bytes.toString("base64"), encoding: "base64", mime_type: mime };
    },
    async updateDevice({ vmID, params }) {
      if (params.deviceType !== "graphics" || params.password === undefined) {
        throw new UnsupportedOnHost("only the password of a console can be changed");
      }
      const ttlSeconds = params.ttl ?? 0;
      const vm = await setTicket(virt, id(vmID), {
        type: params.graphicsType ?? "vnc",
        password: params.password,
        ttlSeconds,
      });
      return formatVmDefinition(vm.view);
    },
    async diskSizeExtend({ vmID, driveSpecs, newSize }) {
      const { imageID, volumeID } = driveSpecs;
      if (imageID === undefined || volumeID === undefined) {
        throw new MissingParameter("Missing required parameter: driveSpecs.imageID and driveSpecs.volumeID");
      }
      const disk = { imageId: parseId<ImageId>(imageID), volumeId: parseId<VolumeId>(volumeID) };
      return String(await extendDisk(virt, { vmId: id(vmID), ...disk, capacityBytes: Number(newSize) }));
    },
    async setTicket({ vmID, password, ttl }) {
      await setTicket(virt, id(vmID), { type: "vnc", password, ttlSeconds: ttl });
    },
  };
}
