import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { ImageId, StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { listImagesInUse } from "./images-in-use.ts";
import type { VmView } from "./vm.ts";

/** One domain that does not answer keeps not the images of the others. */
const TEARDOWN_MS_MAX = 10_000;

export interface PreparedImageRef {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
}

/**
 * Which images a process before this one left prepared though no VM uses them. Nothing, as long as there is a VM whose
 * disks are not known: its disks would be among them.
 */
export function planTidyImages(prepared: readonly PreparedImageRef[], vms: readonly VmView[]): PreparedImageRef[] {
  const used = listImagesInUse(vms);
  return used === undefined ? [] : prepared.filter(({ imageId }) => !used.has(imageId));
}

export interface PreparedImages {
  listPrepared(): Promise<readonly PreparedImageRef[]>;
  teardown(domainId: StorageDomainId, imageId: ImageId): Promise<void>;
}

/** Lets go of what `planTidyImages` names. What cannot be let go of stays for the next time. */
export async function tidyImages(images: PreparedImages, vms: readonly VmView[], log: Log): Promise<void> {
  for (const { domainId, imageId } of planTidyImages(await images.listPrepared(), vms)) {
    try {
      await withDeadline(`letting go of image ${imageId}`, TEARDOWN_MS_MAX, () => images.teardown(domainId, imageId));
      log.info("let go of an image that no VM uses", { domainId, imageId });
    } catch (error) {
      log.warn("could not let go of an image", { domainId, imageId, error: describeError(error) });
    }
  }
}
