import type { VolumeReference } from "@yagura/domain-xml";
import { describeError } from "@yagura/std/describe-error.ts";
import { listImagesInUse } from "./images-in-use.ts";
import type { VmView } from "./vm.ts";

/** QEMU 7.2, block/file-posix.c, and the hint that it prints below. */
const LOCKED = /Failed to get (?:shared )?"[^"]+" lock/;
const LOCKED_PATH = /using the image \[([^\]]+)\]/;

/**
 * Why a VM could not be started, in words. That another QEMU has a disk open is the last thing that keeps a guest from
 * running twice; whoever reads it must know that it is no fault of the disk.
 * @param others what else is on this host.
 */
export function explainStartFailure(
  error: unknown,
  { volumes, others }: { readonly volumes: readonly VolumeReference[]; readonly others: readonly VmView[] },
): string {
  const text = describeError(error);
  if (!LOCKED.test(text)) return text;
  const path = LOCKED_PATH.exec(text)?.[1] ?? "";
  const volume = volumes.find(({ volumeId, imageId }) => path.includes(volumeId) || path.includes(imageId));
  const what = volume === undefined ? `the disk ${path}` : `the disk with image ${volume.imageId}`;
  const neighbour = others.find((vm) => volume !== undefined && listImagesInUse([vm])?.has(volume.imageId) === true);
  return neighbour === undefined
    ? `${what} is in use by another host (or by another program of this one), which may run this VM already`
    : `${what} is in use by VM ${neighbour.name} on this host`;
}
