// What searches find among three things: the contract of every way in which they are carried out.

export interface Item {
  readonly name: string;
  readonly cluster: string;
  readonly memory: number;
  readonly vms: readonly string[];
  readonly time?: Date;
}

export const items: readonly Item[] = [
  { name: "web1", cluster: "Default", memory: 1024, vms: ["a", "b"], time: new Date("2026-11-01T00:00:00Z") },
  { name: "web2", cluster: "Other", memory: 512, vms: [] },
  { name: "DB", cluster: "Default", memory: 4096, vms: ["c"], time: new Date("2026-11-20T00:00:00Z") },
];

export const found: Readonly<Record<string, readonly string[]>> = {
  "": ["web1", "web2", "DB"],
  "name=web1": ["web1"],
  'name="web1"': ["web1"],
  "name = WEB1": ["web1"],
  "name=web*": ["web1", "web2"],
  "name=*": ["web1", "web2", "DB"],
  "name=*b*": ["web1", "web2", "DB"],
  "name=web_": [],
  "name=w%": [],
  "name='w\\*'": [],
  "name=[w]*": [],
  "name!=web1": ["web2", "DB"],
  "name!=web*": ["DB"],
  "name=web1 or name=db": ["web1", "DB"],
  "name=web* and cluster=Default": ["web1"],
  "name=web* cluster=Default": ["web1"],
  "cluster=Other OR cluster=Default AND name=db": ["web2", "DB"],
  "memory > 600": ["web1", "DB"],
  "memory > 600.5": ["web1", "DB"],
  "memory<=1024": ["web1", "web2"],
  "memory=1024": ["web1"],
  "memory=1*": ["web1"],
  "memory>9999999999999999999999": [],
  "memory>much": [],
  "name>=web1": ["web1", "web2"],
  "name<w": ["DB"],
  "vms.name=b": ["web1"],
  "VMs.name = c": ["DB"],
  "vms.name!=b": ["web2", "DB"],
  'time > "2026-11-10"': ["DB"],
  'time=""': ["web2"],
  'time!=""': ["web1", "DB"],
  'time != "2026-11-20"': ["web1", "web2"],
  "Vms: name=db": ["DB"],
  "sortby name": ["DB", "web1", "web2"],
  "SORTBY NAME DESC": ["web2", "web1", "DB"],
  "sortby memory asc page 1": ["web2", "web1", "DB"],
  "sortby time": ["web2", "web1", "DB"],
  "sortby time desc": ["DB", "web1", "web2"],
  "sortby vms.name desc": ["DB", "web1", "web2"],
  "name=web* sortby memory desc": ["web1", "web2"],
  "page 2": [],
  "page 999999999": [],
  'name="or"': [],
};

export const refused: Readonly<Record<string, RegExp>> = {
  "colour=red": /no field 'colour'.*name, cluster/,
  "__proto__=x": /no field '__proto__'/,
  "sortby nothing": /no field 'nothing'/,
  name: /operator after 'name'/,
  "name=": /value after 'name ='/,
  "=x": /expected a field/,
  'name="x': /cannot read/,
  "name=x and": /expected a field/,
  "name=a\0b": /no text has/,
  "page 0": /number from 1/,
  "name=x page 1 name=y": /did not expect 'name'/,
  'time > "yesterday"': /not a time/,
};
