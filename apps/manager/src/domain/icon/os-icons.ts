import { type OsBrand, operatingSystemOf } from "../operating-system/operating-system.ts";
import { type Icon, type IconId, iconSizes } from "./icon.ts";

/** The pictures of one operating system. */
export interface OsIcons {
  readonly small: Icon;
  readonly large: Icon;
}

/** Letters and a colour tell them apart; emblems belong to others. */
const looks: Readonly<Record<OsBrand, { readonly letters: string; readonly colour: string }>> = {
  debian: { letters: "De", colour: "#a80030" },
  freebsd: { letters: "BSD", colour: "#9b1c1c" },
  linux: { letters: "Lx", colour: "#3c3f42" },
  other: { letters: "VM", colour: "#6a6e73" },
  redhat: { letters: "RH", colour: "#c9190b" },
  suse: { letters: "Su", colour: "#3e8635" },
  ubuntu: { letters: "Ub", colour: "#c65d21" },
  windows: { letters: "Win", colour: "#0066cc" },
};

const brands = Object.keys(looks) as OsBrand[];

/** Ids that are the same on every installation: 1c0000NN for the small one of a brand, 1c0001NN for the large one. */
function idOf(brand: OsBrand, size: keyof typeof iconSizes): IconId {
  const number = (brands.indexOf(brand) + 1).toString(16).padStart(2, "0");
  return `1c00${size === "small" ? "00" : "01"}${number}-0000-4000-8000-000000000000` as IconId;
}

function draw(brand: OsBrand, size: keyof typeof iconSizes): Icon {
  const { width, height } = iconSizes[size];
  const { letters, colour } = looks[brand];
  const middle = `x="${width / 2}" y="${height / 2}" text-anchor="middle" dominant-baseline="central"`;
  const font = `font-family="sans-serif" font-weight="bold" font-size="${Math.floor(height / 2.6)}" fill="#fff"`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<rect width="${width}" height="${height}" rx="${height / 8}" fill="${colour}"/><text ${middle} ${font}>${letters}</text></svg>`;
  return { id: idOf(brand, size), mediaType: "image/svg+xml", data: btoa(svg) };
}

const ofBrand: ReadonlyMap<OsBrand, OsIcons> = new Map(
  brands.map((brand) => [brand, { small: draw(brand, "small"), large: draw(brand, "large") }]),
);

/** All pictures that come with the product. */
export const predefinedIcons: readonly Icon[] = [...ofBrand.values()].flatMap(({ small, large }) => [small, large]);

/** @param osType a VM's; one that is not known looks like "other". */
export function osIcons(osType: string): OsIcons {
  const brand = operatingSystemOf(osType)?.brand ?? "other";
  return ofBrand.get(brand) ?? { small: draw(brand, "small"), large: draw(brand, "large") };
}
