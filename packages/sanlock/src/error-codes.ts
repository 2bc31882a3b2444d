import { getSystemErrorName } from "node:util";

/** sanlock's own negative results. sanlock 3.8.5 src/sanlock_rv.h */
export const sanlockErrors = {
  SANLK_ERROR: -201,
  SANLK_AIO_TIMEOUT: -202,
  SANLK_WD_ERROR: -203,
  SANLK_DBLOCK_READ: -210,
  SANLK_DBLOCK_WRITE: -211,
  SANLK_DBLOCK_LVER: -212,
  SANLK_DBLOCK_MBAL: -213,
  SANLK_DBLOCK_CHECKSUM: -214,
  SANLK_LEADER_READ: -220,
  SANLK_LEADER_WRITE: -221,
  SANLK_LEADER_DIFF: -222,
  SANLK_LEADER_MAGIC: -223,
  SANLK_LEADER_VERSION: -224,
  SANLK_LEADER_SECTORSIZE: -225,
  SANLK_LEADER_LOCKSPACE: -226,
  SANLK_LEADER_RESOURCE: -227,
  SANLK_LEADER_NUMHOSTS: -228,
  SANLK_LEADER_CHECKSUM: -229,
  SANLK_ADDLS_SIZES: -230,
  SANLK_ADDLS_INVALID_HOSTID: -231,
  SANLK_ACQUIRE_LVER: -240,
  SANLK_ACQUIRE_LOCKSPACE: -241,
  SANLK_ACQUIRE_IDDISK: -242,
  SANLK_ACQUIRE_IDLIVE: -243,
  SANLK_ACQUIRE_OWNED: -244,
  SANLK_ACQUIRE_OTHER: -245,
  SANLK_ACQUIRE_SHRETRY: -246,
  SANLK_ACQUIRE_OWNED_RETRY: -247,
  SANLK_RELEASE_LVER: -250,
  SANLK_RELEASE_OWNER: -251,
  SANLK_RENEW_OWNER: -260,
  SANLK_RENEW_DIFF: -261,
  SANLK_HOSTID_BUSY: -262,
  SANLK_REQUEST_MAGIC: -270,
  SANLK_REQUEST_VERSION: -271,
  SANLK_REQUEST_OLD: -272,
  SANLK_REQUEST_LVER: -273,
  SANLK_RINDEX_MAGIC: -274,
  SANLK_RINDEX_VERSION: -275,
  SANLK_RINDEX_LOCKSPACE: -276,
  SANLK_RINDEX_OFFSET: -277,
  SANLK_RINDEX_DIFF: -278,
} as const;

/** Results that the daemon borrows from the kernel, negated, and that mean something of their own here. */
export const kernelErrors = {
  ENOENT: -2,
  EAGAIN: -11,
  EBUSY: -16,
  EEXIST: -17,
  ENOSPC: -28,
  EINPROGRESS: -115,
  EUCLEAN: -117,
} as const;

/** The daemon says -1 where it has no code for what went wrong. */
const UNNAMED = -1;

const names = new Map<number, string>(
  Object.entries({ ...sanlockErrors, ...kernelErrors }).map(([name, code]) => [code, name]),
);

/** "SANLK_ACQUIRE_IDLIVE" for -243, "EINVAL" for -22. */
export function nameOfCode(code: number): string {
  return names.get(code) ?? (code >= 0 || code === UNNAMED ? `${code}` : getSystemErrorName(code));
}
