export type Architecture = "x86_64" | "ppc64" | "s390x";

/** Whose system it is, for its picture. */
export type OsBrand = "debian" | "freebsd" | "linux" | "other" | "redhat" | "suse" | "ubuntu" | "windows";

/** A system that a guest can be said to have. */
export interface OperatingSystem {
  readonly id: number;
  /** What a VM's `os.type` says. */
  readonly name: string;
  readonly title: string;
  readonly architecture: Architecture;
  readonly tpm: "supported" | "required" | "unsupported";
  readonly brand: OsBrand;
}

/** With oVirt's ids and names (packaging/conf/osinfo-defaults.properties): clients write the names, and compare the ids. */
export const operatingSystems: readonly OperatingSystem[] = [
  system(0, "other", "Other OS", "x86_64", "unsupported", "other"),
  system(1, "windows_xp", "Windows XP", "x86_64", "unsupported", "windows"),
  system(3, "windows_2003", "Windows 2003", "x86_64", "unsupported", "windows"),
  system(4, "windows_2008", "Windows 2008", "x86_64", "unsupported", "windows"),
  system(5, "other_linux", "Linux", "x86_64", "unsupported", "linux"),
  system(7, "rhel_5", "Red Hat Enterprise Linux 5.x", "x86_64", "unsupported", "redhat"),
  system(8, "rhel_4", "Red Hat Enterprise Linux 4.x", "x86_64", "unsupported", "redhat"),
  system(9, "rhel_3", "Red Hat Enterprise Linux 3.x", "x86_64", "unsupported", "redhat"),
  system(10, "windows_2003x64", "Windows 2003 x64", "x86_64", "unsupported", "windows"),
  system(11, "windows_7", "Windows 7", "x86_64", "unsupported", "windows"),
  system(12, "windows_7x64", "Windows 7 x64", "x86_64", "unsupported", "windows"),
  system(13, "rhel_5x64", "Red Hat Enterprise Linux 5.x x64", "x86_64", "unsupported", "redhat"),
  system(14, "rhel_4x64", "Red Hat Enterprise Linux 4.x x64", "x86_64", "unsupported", "redhat"),
  system(15, "rhel_3x64", "Red Hat Enterprise Linux 3.x x64", "x86_64", "unsupported", "redhat"),
  system(16, "windows_2008x64", "Windows 2008 x64", "x86_64", "unsupported", "windows"),
  system(17, "windows_2008R2x64", "Windows 2008 R2 x64", "x86_64", "unsupported", "windows"),
  system(18, "rhel_6", "Red Hat Enterprise Linux 6.x", "x86_64", "unsupported", "redhat"),
  system(19, "rhel_6x64", "Red Hat Enterprise Linux 6.x x64", "x86_64", "unsupported", "redhat"),
  system(20, "windows_8", "Windows 8", "x86_64", "supported", "windows"),
  system(21, "windows_8x64", "Windows 8 x64", "x86_64", "supported", "windows"),
  system(23, "windows_2012x64", "Windows 2012 x64", "x86_64", "supported", "windows"),
  system(24, "rhel_7x64", "Red Hat Enterprise Linux 7.x x64", "x86_64", "supported", "redhat"),
  system(25, "windows_2012R2x64", "Windows 2012R2 x64", "x86_64", "supported", "windows"),
  system(26, "windows_10", "Windows 10", "x86_64", "supported", "windows"),
  system(27, "windows_10x64", "Windows 10 x64", "x86_64", "supported", "windows"),
  system(28, "rhel_atomic7x64", "Red Hat Atomic 7.x x64", "x86_64", "supported", "redhat"),
  system(29, "windows_2016x64", "Windows 2016 x64", "x86_64", "supported", "windows"),
  system(30, "rhel_8x64", "Red Hat Enterprise Linux 8.x x64", "x86_64", "supported", "redhat"),
  system(31, "windows_2019x64", "Windows 2019 x64", "x86_64", "supported", "windows"),
  system(33, "other_linux_kernel_4", "Other Linux (kernel 4.x)", "x86_64", "supported", "linux"),
  system(34, "rhel_9x64", "Red Hat Enterprise Linux 9.x x64", "x86_64", "supported", "redhat"),
  system(35, "rhcos_x64", "Red Hat Enterprise Linux CoreOS", "x86_64", "supported", "redhat"),
  system(36, "windows_11", "Windows 11", "x86_64", "required", "windows"),
  system(37, "windows_2022", "Windows 2022", "x86_64", "supported", "windows"),
  system(38, "windows_2025", "Windows 2025", "x86_64", "supported", "windows"),
  system(39, "rhel_10x64", "Red Hat Enterprise Linux 10.x x64", "x86_64", "supported", "redhat"),
  system(1001, "other_ppc64", "Other OS", "ppc64", "unsupported", "other"),
  system(1002, "other_linux_ppc64", "Linux", "ppc64", "unsupported", "linux"),
  system(1003, "rhel_6_ppc64", "Red Hat Enterprise Linux up to 6.8", "ppc64", "unsupported", "redhat"),
  system(1004, "sles_11_ppc64", "SUSE Linux Enterprise Server 11", "ppc64", "unsupported", "suse"),
  system(1005, "ubuntu_14_04_ppc64", "Ubuntu Trusty Tahr LTS+", "ppc64", "unsupported", "ubuntu"),
  system(1006, "rhel_7_ppc64", "Red Hat Enterprise Linux 7.x", "ppc64", "supported", "redhat"),
  system(1007, "rhel_6_9_plus_ppc64", "Red Hat Enterprise Linux 6.9+", "ppc64", "unsupported", "redhat"),
  system(1008, "rhel_8_ppc64", "Red Hat Enterprise Linux 8.x", "ppc64", "supported", "redhat"),
  system(1009, "rhel_9_ppc64", "Red Hat Enterprise Linux 9.x", "ppc64", "supported", "redhat"),
  system(1193, "sles_11", "SUSE Linux Enterprise Server 11+", "x86_64", "unsupported", "suse"),
  system(1252, "ubuntu_12_04", "Ubuntu Precise Pangolin LTS", "x86_64", "unsupported", "ubuntu"),
  system(1253, "ubuntu_12_10", "Ubuntu Quantal Quetzal", "x86_64", "unsupported", "ubuntu"),
  system(1254, "ubuntu_13_04", "Ubuntu Raring Ringtails", "x86_64", "unsupported", "ubuntu"),
  system(1255, "ubuntu_13_10", "Ubuntu Saucy Salamander", "x86_64", "unsupported", "ubuntu"),
  system(1256, "ubuntu_14_04", "Ubuntu Trusty Tahr LTS+", "x86_64", "unsupported", "ubuntu"),
  system(1257, "ubuntu_18_04", "Ubuntu Bionic Beaver LTS+", "x86_64", "unsupported", "ubuntu"),
  system(1300, "debian_7", "Debian 7+", "x86_64", "unsupported", "debian"),
  system(1301, "debian_9", "Debian 9+", "x86_64", "unsupported", "debian"),
  system(1500, "freebsd", "FreeBSD 9.2", "x86_64", "unsupported", "freebsd"),
  system(1501, "freebsdx64", "FreeBSD 9.2 x64", "x86_64", "unsupported", "freebsd"),
  system(2001, "other_s390x", "Other OS", "s390x", "unsupported", "other"),
  system(2002, "other_linux_s390x", "Linux", "s390x", "unsupported", "linux"),
  system(2003, "rhel_7_s390x", "Red Hat Enterprise Linux 7.x", "s390x", "supported", "redhat"),
  system(2004, "sles_12_s390x", "SUSE Linux Enterprise Server 12", "s390x", "unsupported", "suse"),
  system(2005, "ubuntu_16_04_s390x", "Ubuntu Xenial Xerus LTS+", "s390x", "unsupported", "ubuntu"),
];

const byName = new Map(operatingSystems.map((system) => [system.name, system]));

/** The system of a VM; one that is not known here is "other", which every table has. */
export function operatingSystemOf(osType: string): OperatingSystem | undefined {
  return byName.get(osType) ?? byName.get("other");
}

function system(
  id: number,
  name: string,
  title: string,
  architecture: Architecture,
  tpm: OperatingSystem["tpm"],
  brand: OsBrand,
): OperatingSystem {
  return { id, name, title, architecture, tpm, brand };
}
