import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDomainCapabilitiesXml } from "@yagura/domain-xml";

test("the capabilities of QEMU on a host without KVM are read", () => {
  const capabilities = parseDomainCapabilitiesXml(`<domainCapabilities>
    <path>/usr/bin/qemu-system-x86_64</path><domain>qemu</domain><machine>pc-q35-7.2</machine><arch>x86_64</arch><vcpu max='288'/>
    <os supported='yes'><enum name='firmware'><value>bios</value><value>efi</value></enum>
      <loader supported='yes'><value>/usr/share/OVMF/OVMF_CODE_4M.fd</value><enum name='secure'><value>yes</value><value>no</value></enum></loader></os>
    <cpu>
      <mode name='host-passthrough' supported='no'/>
      <mode name='maximum' supported='yes'/>
      <mode name='host-model' supported='yes'><model fallback='forbid'>EPYC-Rome</model><vendor>AMD</vendor>
        <feature policy='require' name='x2apic'/><feature policy='disable' name='svm'/></mode>
      <mode name='custom' supported='yes'><model usable='yes'>qemu64</model><model usable='no'>Icelake-Server</model></mode>
    </cpu>
    <devices><video supported='yes'><enum name='modelType'><value>vga</value><value>virtio</value></enum></video><tpm supported='no'/></devices>
  </domainCapabilities>`);
  assert.deepEqual(capabilities, {
    emulatorPath: "/usr/bin/qemu-system-x86_64",
    domainType: "qemu",
    machine: "pc-q35-7.2",
    arch: "x86_64",
    vcpusMax: 288,
    firmwares: ["bios", "efi"],
    loaderPaths: ["/usr/share/OVMF/OVMF_CODE_4M.fd"],
    hasSecureBoot: true,
    cpu: {
      modes: ["maximum", "host-model", "custom"],
      hostModel: { name: "EPYC-Rome", vendor: "AMD", requiredFeatures: ["x2apic"], disabledFeatures: ["svm"] },
      models: [
        { name: "qemu64", isUsable: true },
        { name: "Icelake-Server", isUsable: false },
      ],
    },
    devices: { video: { modelType: ["vga", "virtio"] } },
  });
});
