import {
  type ClusterId,
  type DataCenterId,
  type DiskId,
  findId,
  type HostId,
  type Id,
  type NetworkId,
  type StorageDomainId,
  type TemplateId,
  type VmId,
  type VnicProfileId,
} from "@yagura/std/ids.ts";
import type { Authorizer } from "../auth/authz/authorizer.ts";
import type { Db } from "../db/database.ts";
import { getCluster, listClusters } from "../db/queries/clusters.ts";
import { getDataCenter, listDataCenters } from "../db/queries/data-centers.ts";
import { getDisk, listDisks } from "../db/queries/disks.ts";
import { getHost, listHosts } from "../db/queries/hosts.ts";
import { getNetwork, listNetworks } from "../db/queries/networks.ts";
import { listStorageConnections } from "../db/queries/storage-connections.ts";
import { getStorageDomain, listStorageDomains } from "../db/queries/storage-domains.ts";
import { getTemplate, listTemplates } from "../db/queries/templates.ts";
import { getVm, listVms, type VmFilter } from "../db/queries/vms.ts";
import { getVnicProfile, listVnicProfiles } from "../db/queries/vnic-profiles.ts";
import type { Cluster } from "../domain/cluster/cluster.ts";
import type { DataCenter } from "../domain/data-center/data-center.ts";
import type { Disk } from "../domain/disk/disk.ts";
import { NotFound, type Noun } from "../domain/errors.ts";
import type { Host } from "../domain/host/host.ts";
import type { Network, VnicProfile } from "../domain/network/network.ts";
import type { StorageConnection } from "../domain/storage-domain/storage-connection.ts";
import type { StorageDomain } from "../domain/storage-domain/storage-domain.ts";
import { blankTemplateId, type Template } from "../domain/template/template.ts";
import { type ObjectRef, type ObjectType, systemObject } from "../domain/user/user.ts";
import type { Vm } from "../domain/vm/vm.ts";

/**
 * What one caller may see of the inventory, read once for one request. What he may not see is not there: lists leave it
 * out, and asking for it by id is `NotFound`.
 */
export class Inventory {
  readonly #db: Db;
  readonly #authorizer: Authorizer;
  readonly #read = new Map<string, Promise<unknown>>();
  /** He has a role on the whole system: nothing has to be looked up to know that he sees it. */
  readonly #seesAll: boolean;

  constructor(db: Db, authorizer: Authorizer) {
    this.#db = db;
    this.#authorizer = authorizer;
    this.#seesAll = authorizer.canSee([{ type: "vm", id: "any" }, systemObject]);
  }

  dataCenters(): Promise<readonly DataCenter[]> {
    return this.#once("data centers", async () => {
      const all = await this.#allDataCenters();
      return this.#visible(all, ({ id }) => [{ type: "data_center", id }]);
    });
  }

  clusters(): Promise<readonly Cluster[]> {
    return this.#once("clusters", async () =>
      this.#visible(await this.#allClusters(), (cluster) => [
        { type: "cluster", id: cluster.id },
        { type: "data_center", id: cluster.dataCenterId },
      ]),
    );
  }

  hosts(): Promise<readonly Host[]> {
    return this.#once("hosts", async () => {
      const inCluster = await this.#clusterChains();
      return this.#visible(await listHosts(this.#db), ({ id, clusterId }) => [
        { type: "host", id },
        ...inCluster(clusterId),
      ]);
    });
  }

  storageDomains(): Promise<readonly StorageDomain[]> {
    return this.#once("storage domains", async () =>
      this.#visible(await this.#allStorageDomains(), storageDomainChain).map((domain) => this.#discreetDomain(domain)),
    );
  }

  /** Of those whose domains he may see; who sees the system sees also those without a domain. */
  storageConnections(): Promise<readonly StorageConnection[]> {
    return this.#once("storage connections", async () => {
      const domains = await this.#allStorageDomains();
      const chainOf = ({ id }: StorageConnection) =>
        domains.filter(({ connection }) => connection.id === id).flatMap(storageDomainChain);
      const found = this.#visible(await listStorageConnections(this.#db), chainOf);
      return found.map((connection) => this.#discreet(connection, chainOf(connection)));
    });
  }

  networks(): Promise<readonly Network[]> {
    return this.#once("networks", async () => this.#visible(await this.#allNetworks(), networkChain));
  }

  vnicProfiles(): Promise<readonly VnicProfile[]> {
    return this.#once("vnic profiles", async () => {
      const networks = new Map((await this.#allNetworks()).map((network) => [network.id, network]));
      return this.#visible(await listVnicProfiles(this.#db), ({ id, networkId }) => {
        const network = networks.get(networkId);
        return [{ type: "vnic_profile", id }, ...(network === undefined ? [] : networkChain(network))];
      });
    });
  }

  templates(): Promise<readonly Template[]> {
    return this.#once("templates", async () => {
      const chainOf = await this.#templateChains();
      const all = await listTemplates(this.#db);
      // Everybody may see that there is a template with nothing in it.
      const blank = all.filter(({ id }) => id === blankTemplateId);
      return [
        ...blank,
        ...this.#visible(
          all.filter(({ id }) => id !== blankTemplateId),
          chainOf,
        ),
      ];
    });
  }

  vms(filter: VmFilter = {}): Promise<readonly Vm[]> {
    return this.#once(`vms ${JSON.stringify(filter)}`, async () => {
      const inCluster = await this.#clusterChains();
      return this.#visible(await listVms(this.#db, filter), ({ id, clusterId }) => [
        { type: "vm", id },
        ...inCluster(clusterId),
      ]);
    });
  }

  disks(filter: { storageDomainId?: StorageDomainId; ids?: readonly DiskId[] } = {}): Promise<readonly Disk[]> {
    return this.#once(`disks ${JSON.stringify(filter)}`, async () => {
      const disks = await listDisks(this.#db, filter);
      return this.#seesAll ? disks : this.#visibleDisks(disks);
    });
  }

  dataCenter(id: string): Promise<DataCenter> {
    return this.#get("data center", "data_center", id, (known: DataCenterId) => getDataCenter(this.#db, known));
  }

  cluster(id: string): Promise<Cluster> {
    return this.#get("cluster", "cluster", id, (known: ClusterId) => getCluster(this.#db, known));
  }

  host(id: string): Promise<Host> {
    return this.#get("host", "host", id, (known: HostId) => getHost(this.#db, known));
  }

  async storageDomain(id: string): Promise<StorageDomain> {
    const found = await this.#get("storage domain", "storage_domain", id, (known: StorageDomainId) =>
      getStorageDomain(this.#db, known),
    );
    return this.#discreetDomain(found);
  }

  async storageConnection(id: string): Promise<StorageConnection> {
    const found = (await this.storageConnections()).find((each) => each.id === id.toLowerCase());
    if (found === undefined) throw new NotFound("storage connection", id.slice(0, 80));
    return found;
  }

  network(id: string): Promise<Network> {
    return this.#get("network", "network", id, (known: NetworkId) => getNetwork(this.#db, known));
  }

  vnicProfile(id: string): Promise<VnicProfile> {
    return this.#get("vnic profile", "vnic_profile", id, (known: VnicProfileId) => getVnicProfile(this.#db, known));
  }

  template(id: string): Promise<Template> {
    if (id === blankTemplateId) return getTemplate(this.#db, blankTemplateId);
    return this.#get("template", "template", id, (known: TemplateId) => getTemplate(this.#db, known));
  }

  vm(id: string): Promise<Vm> {
    return this.#get("vm", "vm", id, (known: VmId) => getVm(this.#db, known));
  }

  /** Reads several VMs together of which each will be asked for by itself. */
  async expectVms(vmIds: readonly VmId[]): Promise<void> {
    for (const vm of await this.vms({ ids: vmIds })) this.#read.set(`vm ${vm.id}`, Promise.resolve(vm));
  }

  disk(id: string): Promise<Disk> {
    return this.#get("disk", "disk", id, (known: DiskId) => getDisk(this.#db, known));
  }

  async #get<T, Known extends Id<string>>(
    noun: Noun,
    type: ObjectType,
    id: string,
    read: (known: Known) => Promise<T>,
  ): Promise<T> {
    const known = findId<Known>(id);
    if (known === undefined) throw new NotFound(noun, id.slice(0, 80));
    return this.#once(`${type} ${known}`, async () => {
      if (!this.#seesAll) await this.#authorizer.authorize("see", { type, id: known });
      return read(known);
    });
  }

  #discreetDomain(domain: StorageDomain): StorageDomain {
    return { ...domain, connection: this.#discreet(domain.connection, storageDomainChain(domain)) };
  }

  /** Mount options may hold secrets: they are for whoever may change them. */
  #discreet(connection: StorageConnection, chain: readonly ObjectRef[]): StorageConnection {
    if (this.#authorizer.may("edit_storage_domain_configuration", [...chain, systemObject])) return connection;
    const { mountOptions: _, ...rest } = connection;
    return rest;
  }

  #visible<T>(items: readonly T[], containersOf: (item: T) => readonly ObjectRef[]): T[] {
    if (this.#seesAll) return [...items];
    return items.filter((item) => this.#authorizer.canSee([...containersOf(item), systemObject]));
  }

  async #visibleDisks(disks: readonly Disk[]): Promise<Disk[]> {
    const [domains, vms, templates] = [
      await this.#allStorageDomains(),
      await listVms(this.#db),
      await listTemplates(this.#db),
    ];
    const [inCluster, ofTemplate] = [await this.#clusterChains(), await this.#templateChains()];
    const chains = new Map<string, readonly ObjectRef[]>([
      ...domains.map((domain) => [domain.id, storageDomainChain(domain)] as const),
      ...vms.map(({ id, clusterId }) => [id, [{ type: "vm", id } as const, ...inCluster(clusterId)]] as const),
      ...templates.map((template) => [template.id, ofTemplate(template)] as const),
    ]);
    return this.#visible(disks, ({ id, storageDomainId, vmIds, templateIds }) => [
      { type: "disk", id },
      ...[storageDomainId, ...vmIds, ...templateIds].flatMap((owner) => chains.get(owner) ?? []),
    ]);
  }

  async #clusterChains(): Promise<(clusterId: ClusterId) => ObjectRef[]> {
    const dataCenters = new Map((await this.#allClusters()).map(({ id, dataCenterId }) => [id, dataCenterId]));
    return (clusterId) => {
      const dataCenterId = dataCenters.get(clusterId);
      const cluster: ObjectRef = { type: "cluster", id: clusterId };
      return dataCenterId === undefined ? [cluster] : [cluster, { type: "data_center", id: dataCenterId }];
    };
  }

  async #templateChains(): Promise<(template: Template) => ObjectRef[]> {
    const inCluster = await this.#clusterChains();
    return ({ id, clusterId }) => [{ type: "template", id }, ...(clusterId === undefined ? [] : inCluster(clusterId))];
  }

  #allDataCenters(): Promise<readonly DataCenter[]> {
    return this.#once("all data centers", () => listDataCenters(this.#db));
  }

  #allClusters(): Promise<readonly Cluster[]> {
    return this.#once("all clusters", () => listClusters(this.#db));
  }

  #allStorageDomains(): Promise<readonly StorageDomain[]> {
    return this.#once("all storage domains", () => listStorageDomains(this.#db));
  }

  #allNetworks(): Promise<readonly Network[]> {
    return this.#once("all networks", () => listNetworks(this.#db));
  }

  #once<T>(key: string, read: () => Promise<T>): Promise<T> {
    let reading = this.#read.get(key) as Promise<T> | undefined;
    if (reading === undefined) {
      reading = read();
      this.#read.set(key, reading);
    }
    return reading;
  }
}

function storageDomainChain({ id, dataCenterId }: StorageDomain): ObjectRef[] {
  const domain: ObjectRef = { type: "storage_domain", id };
  return dataCenterId === undefined ? [domain] : [domain, { type: "data_center", id: dataCenterId }];
}

function networkChain({ id, dataCenterId }: Network): ObjectRef[] {
  return [
    { type: "network", id },
    { type: "data_center", id: dataCenterId },
  ];
}
