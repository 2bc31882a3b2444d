import { emptyVmMetadata, guestAgentChannel, userAlias, type VmDefinition } from "@yagura/domain-xml";
import type { ImageId, StorageDomainId, VmId, VolumeId } from "@yagura/std/ids.ts";
import { GiB, KiB } from "@yagura/std/units.ts";
import fc from "fast-check";

const uuid = fc.uuid() as fc.Arbitrary<string>;
/** Text that survives: XML has no control characters, and libvirt's schema wants something in most places. */
const text = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .map((raw) => raw.replace(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "x").trim())
  .filter((trimmed) => trimmed !== "");
const line = text.map((raw) => raw.replace(/[\t\n]/g, " "));
const path = fc
  .stringMatching(/^\/[a-zA-Z0-9._+-]{1,12}(\/[a-zA-Z0-9._ +-]{1,12}){0,3}$/)
  .filter((p) => p === p.trim());
const count = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const mac = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: 5, maxLength: 5 })
  .map((bytes) => ["02", ...bytes.map((byte) => byte.toString(16).padStart(2, "0"))].join(":"));

const seclabels = fc.constantFrom(
  [{ model: "dac" as const, relabels: false }],
  [{ model: "dac" as const, relabels: true, label: "+36:+36" }],
);
const alias = { alias: uuid.map(userAlias) };
const boot = { bootOrder: count(9) };
const source = fc.record({ kind: fc.constantFrom("file" as const, "block" as const), path });
const volume = fc.record({
  poolId: uuid,
  domainId: uuid as fc.Arbitrary<StorageDomainId>,
  imageId: uuid as fc.Arbitrary<ImageId>,
  volumeId: uuid as fc.Arbitrary<VolumeId>,
});

const disk = fc.record(
  {
    device: fc.constant("disk" as const),
    target: fc.constant(""),
    bus: fc.constantFrom("virtio" as const, "scsi" as const),
    source,
    format: fc.constantFrom("raw" as const, "qcow2" as const),
    cache: fc.constantFrom("none" as const, "writeback" as const),
    io: fc.constantFrom("threads" as const, "native" as const),
    isReadOnly: fc.constant(true as const),
    isShareable: fc.constant(true as const),
    discards: fc.boolean(),
    serial: uuid,
    volume,
    seclabels,
    ...alias,
    ...boot,
  },
  { requiredKeys: ["device", "target", "bus", "source", "format"] },
);
const cdrom = fc.record(
  {
    device: fc.constant("cdrom" as const),
    target: fc.constant(""),
    bus: fc.constant("sata" as const),
    medium: source,
    ...alias,
    ...boot,
  },
  { requiredKeys: ["device", "target", "bus"] },
);
const drives = fc
  .array(fc.oneof(disk, cdrom), { maxLength: 4 })
  .map((list) =>
    list.map((drive, at) => ({ ...drive, target: `${drive.bus === "virtio" ? "vd" : "sd"}${"abcd"[at]}` })),
  );

const nic = fc.record(
  {
    mac,
    source: fc.constantFrom(
      { kind: "bridge" as const, bridge: "ovirtmgmt" },
      { kind: "network" as const, network: "default" },
      { kind: "user" as const },
    ),
    model: fc.constantFrom("virtio" as const, "e1000e" as const),
    isLinkUp: fc.boolean(),
    mtuBytes: fc.integer({ min: 576, max: 9000 }),
    ...alias,
    ...boot,
  },
  { requiredKeys: ["mac", "source", "model"] },
);

const graphics = fc.record(
  {
    kind: fc.constant("vnc" as const),
    listen: fc.constantFrom(
      { kind: "address" as const, address: "127.0.0.1" },
      { kind: "address" as const, address: "::" },
      { kind: "network" as const, network: "vdsm-ovirtmgmt" },
    ),
    port: fc.integer({ min: 5900, max: 6923 }),
    password: fc.stringMatching(/^[ -~]{1,8}$/),
    passwordValidTo: fc.constant("2026-11-22T10:00:00"),
    keymap: fc.constantFrom("en-us", "ja"),
  },
  { requiredKeys: ["kind", "listen"] },
);

const firmware = fc.oneof(
  fc.constant({ kind: "bios" as const }),
  fc.record({ kind: fc.constant("uefi" as const), secureBoot: fc.boolean() }),
  fc.record(
    {
      kind: fc.constant("uefi-files" as const),
      secureBoot: fc.boolean(),
      loaderPath: path,
      nvramTemplatePath: path,
      nvramPath: path,
    },
    { requiredKeys: ["kind", "secureBoot", "loaderPath"] },
  ),
);

const cpu = fc
  .record(
    {
      model: fc.oneof(
        fc.record({ mode: fc.constantFrom("host-passthrough" as const, "host-model" as const, "maximum" as const) }),
        fc.record({ mode: fc.constant("custom" as const), name: fc.constantFrom("qemu64", "Nehalem", "EPYC-Rome") }),
      ),
      sockets: count(4),
      cores: count(8),
      threads: count(2),
      spare: count(12),
      features: fc.constant([
        { name: "vmx", policy: "disable" as const },
        { name: "aes", policy: "require" as const },
      ]),
    },
    { requiredKeys: ["model", "sockets", "cores", "threads"] },
  )
  .map(({ spare, ...rest }) => (spare === undefined ? rest : { ...rest, socketsMax: rest.sockets + spare }));

const key = fc.stringMatching(/^[a-z][A-Za-z]{0,10}$/).filter((name) => !["custom", "device", "vm"].includes(name));
const values = fc.dictionary(key, fc.oneof(line, fc.integer(), fc.boolean()), { maxKeys: 4, noNullPrototype: true });
const custom = fc.dictionary(key, line, { maxKeys: 3, noNullPrototype: true });
const metadata = fc.record({
  values,
  custom,
  devices: fc.array(
    fc.record(
      { of: fc.oneof(fc.record(alias), fc.record({ mac_address: mac })), values, custom },
      { requiredKeys: ["of", "values"] },
    ),
    { maxLength: 2 },
  ),
});

const anyVm: fc.Arbitrary<VmDefinition> = fc.record(
  {
    vmId: uuid as fc.Arbitrary<VmId>,
    name: fc.stringMatching(/^[^/\n\p{C}\p{Z}]{1,20}$/u),
    title: line,
    description: text,
    domainType: fc.constantFrom("kvm" as const, "qemu" as const),
    machine: fc.constantFrom("q35", "pc-q35-7.2"),
    emulatorPath: path,
    firmware,
    directBoot: fc.record({ kernelPath: path, initrdPath: path, commandLine: line }, { requiredKeys: ["kernelPath"] }),
    memoryBytes: fc.integer({ min: 1, max: 4_000_000_000 }).map((kib) => kib * KiB),
    cpu,
    clock: fc.oneof(
      fc.record({ offset: fc.constantFrom("utc" as const, "localtime" as const) }),
      fc.record({ offset: fc.constant("variable" as const), adjustmentSeconds: fc.integer() }),
    ),
    sysinfo: fc.record(
      { manufacturer: line, product: line, version: line, serial: line, family: line },
      { requiredKeys: ["manufacturer", "product"] },
    ),
    drives,
    nics: fc.array(nic, { maxLength: 3 }),
    graphics: fc.array(graphics, { maxLength: 1 }),
    videos: fc.array(fc.record({ model: fc.constantFrom("virtio" as const, "vga" as const, "none" as const) }), {
      maxLength: 1,
    }),
    channels: fc.array(
      fc.record({ name: fc.constant(guestAgentChannel), path, ...alias }, { requiredKeys: ["name"] }),
      {
        maxLength: 1,
      },
    ),
    console: fc.record(
      {
        backend: fc.oneof(
          fc.constant({ kind: "pty" as const }),
          fc.record({ kind: fc.constant("unix" as const), path }),
        ),
        logPath: path,
        ...alias,
      },
      { requiredKeys: ["backend"] },
    ),
    hasTablet: fc.boolean(),
    rngs: fc.array(
      fc.record(
        {
          source: fc.constant("/dev/urandom"),
          rate: fc.record({ bytes: count(9999), periodMs: count(9999) }),
          ...alias,
        },
        { requiredKeys: ["source"] },
      ),
      { maxLength: 1 },
    ),
    balloon: fc.record({ statsPeriodSeconds: count(60), ...alias }, { requiredKeys: [] }),
    tpm: fc.record(
      {
        model: fc.constantFrom("tpm-crb" as const, "tpm-tis" as const),
        keepsState: fc.constant(true as const),
        ...alias,
      },
      { requiredKeys: ["model"] },
    ),
    watchdog: fc.record(
      {
        model: fc.constant("i6300esb" as const),
        action: fc.constantFrom(
          "none" as const,
          "reset" as const,
          "poweroff" as const,
          "pause" as const,
          "dump" as const,
        ),
        ...alias,
      },
      { requiredKeys: ["model", "action"] },
    ),
    seclabels: fc.constantFrom([{ type: "static" as const, model: "dac" as const, relabels: true, label: "+36:+36" }]),
    metadata,
  },
  {
    requiredKeys: [
      "vmId",
      "name",
      "domainType",
      "machine",
      "firmware",
      "memoryBytes",
      "cpu",
      "clock",
      "drives",
      "nics",
      "graphics",
      "videos",
      "channels",
      "hasTablet",
      "rngs",
      "metadata",
    ],
  },
);

/** Any VM that we would ever define. The copy gives all objects the ordinary prototype. */
export const arbitraryVm: fc.Arbitrary<VmDefinition> = anyVm.map((definition) => structuredClone(definition));

/** The smallest guest; a test says what differs. */
export function vm(differs: Partial<VmDefinition> = {}): VmDefinition {
  return {
    vmId: "11111111-2222-4333-8444-555555555555" as VmId,
    name: "demo",
    domainType: "qemu",
    machine: "q35",
    firmware: { kind: "bios" },
    memoryBytes: GiB,
    cpu: { model: { mode: "maximum" }, sockets: 1, cores: 2, threads: 1 },
    clock: { offset: "utc" },
    drives: [],
    nics: [],
    graphics: [],
    videos: [],
    channels: [],
    hasTablet: false,
    rngs: [],
    metadata: emptyVmMetadata,
    ...differs,
  };
}
