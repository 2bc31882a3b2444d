import { readFile } from "node:fs/promises";

/** What the firmware says about the machine (SMBIOS). */
export interface HardwareInfo {
  readonly manufacturer: string;
  readonly productName: string;
  readonly version: string;
  readonly serialNumber: string;
  readonly family: string;
  readonly uuid: string;
}

/** Reads the kernel's copy of SMBIOS; what is missing, or needs rights that we lack, is empty. */
export async function readHardwareInfo(): Promise<HardwareInfo> {
  const read = async (name: string): Promise<string> => {
    try {
      return (await readFile(`/sys/class/dmi/id/${name}`, "utf8")).trim();
    } catch {
      return "";
    }
  };
  const [manufacturer, productName, version, serialNumber, family, uuid] = await Promise.all([
    read("sys_vendor"),
    read("product_name"),
    read("product_version"),
    read("product_serial"),
    read("product_family"),
    read("product_uuid"),
  ]);
  return { manufacturer, productName, version, serialNumber, family, uuid };
}
