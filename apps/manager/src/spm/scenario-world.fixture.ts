// A data center in which a second is a step: hosts, their leases on the storage, and a Manager that decides. What happens
// to it stands in scenario files; what it decides is written down.

import type { HostId } from "@yagura/std/ids.ts";
import { decideSpm } from "./decide-spm.ts";
import type { HostView, Lease, PoolView } from "./pool-view.ts";
import type { SpmDecision } from "./spm-decision.ts";

// io_timeout 10 s.
const LEASE_S = 140;
const FAIL_S = 80;
const RENEWAL_S = 20;
const SILENT_AFTER_S = 4;
const AGENT_STARTS_S = 3;

interface Host {
  readonly name: string;
  readonly number: number;
  priority: number;
  hasPower: boolean;
  isFrozen: boolean;
  isCut: boolean;
  hasStorage: boolean;
  agentUpAt: number;
  role: "spm" | "contending" | "free";
  contendsSince: number;
  epoch: number;
  /** Of its session in the lockspace: the last sign of life. */
  renewedAt: number;
  session: number;
  linkLostAt: number | undefined;
  status: "up" | "non_operational" | "maintenance" | "preparing";
  failsNextStart: boolean;
  keepsRole: boolean;
}

interface Memory {
  readonly failedAt: Map<string, number>;
  readonly keptAt: Map<string, number>;
  holderAliveAt: number | undefined;
  masterLostSince: number | undefined;
}

export class ScenarioWorld {
  readonly log: string[] = [];
  readonly #hosts: Host[] = [];
  #now = 0;
  #lease: { number: number | "none"; session: number; renewedBy: Host | undefined; deadAt: number | undefined };
  #version = 0;
  #recorded: string | undefined;
  #movedAt: number | undefined;
  #wish: string | undefined;
  #tasks = 0;
  #managerUpAt = 0;
  #hasOtherDomain = false;
  #memory: Memory = freshMemory();
  #said = "";

  constructor(hosts: readonly { readonly name: string; readonly priority: number }[]) {
    this.#lease = { number: "none", session: 0, renewedBy: undefined, deadAt: undefined };
    for (const { name, priority } of hosts) this.#hosts.push(newHost(name, this.#hosts.length + 1, priority));
  }

  /** "power off a": what happens. @throws Error when it is not understood. */
  happen(event: string): void {
    this.#say(`-- ${event}`);
    const words = event.split(" ");
    const host = this.#hosts.find(({ name }) => name === words.at(-1));
    const what = (host === undefined ? words : words.slice(0, -1)).join(" ");
    if (host !== undefined && this.#happenTo(host, what)) return;
    if (this.#happenToAll(words)) return;
    throw new Error(`nobody knows what this is: ${event}`);
  }

  /** One second goes by. */
  step(): void {
    this.#now += 1;
    for (const host of this.#hosts) this.#live(host);
    if (this.#now >= this.#managerUpAt) this.#manage();
  }

  #happenTo(host: Host, what: string): boolean {
    switch (what) {
      case "power off":
        host.hasPower = false;
        this.#endAgent(host, { isTidy: false });
        host.session += 1;
        return true;
      case "power on":
        host.hasPower = true;
        host.agentUpAt = this.#now + AGENT_STARTS_S;
        return true;
      case "kill the agent of":
        this.#endAgent(host, { isTidy: true });
        host.agentUpAt = this.#now + AGENT_STARTS_S;
        return true;
      case "freeze":
        host.isFrozen = true;
        return true;
      case "thaw":
        host.isFrozen = false;
        return true;
      case "cut the Manager from":
        host.isCut = true;
        return true;
      case "connect the Manager to":
        host.isCut = false;
        return true;
      case "cut the storage of":
        host.hasStorage = false;
        return true;
      case "give storage back to":
        host.hasStorage = true;
        return true;
      case "maintenance of":
        host.status = "preparing";
        return true;
      case "activate":
        host.status = "up";
        return true;
      case "non operational":
        host.status = "non_operational";
        return true;
      case "remove":
        this.#hosts.splice(this.#hosts.indexOf(host), 1);
        return true;
      case "ask for":
        this.#wish = host.name;
        return true;
      case "the next start fails on":
        host.failsNextStart = true;
        return true;
      case "the role sticks to":
        host.keepsRole = true;
        return true;
      default:
        return false;
    }
  }

  #happenToAll(words: readonly string[]): boolean {
    const [first, second, third] = words;
    const named = this.#hosts.find(({ name }) => name === second);
    if (first === "priority" && named !== undefined) named.priority = Number(third);
    else if (first === "tasks") this.#tasks = Number(second);
    else if (words.join(" ") === "restart the Manager") {
      this.#memory = freshMemory();
      this.#managerUpAt = this.#now + 5;
    } else if (words.join(" ") === "cut the storage of all") for (const host of this.#hosts) host.hasStorage = false;
    else if (words.join(" ") === "give storage back to all") for (const host of this.#hosts) host.hasStorage = true;
    else if (words.join(" ") === "there is another domain") this.#hasOtherDomain = true;
    else return false;
    return true;
  }

  #endAgent(host: Host, { isTidy }: { readonly isTidy: boolean }): void {
    if (this.#holds(host)) {
      if (isTidy) this.#lease = { number: "none", session: 0, renewedBy: undefined, deadAt: undefined };
      else this.#lease = { ...this.#lease, renewedBy: undefined, deadAt: host.renewedAt + LEASE_S };
    }
    host.role = "free";
    host.epoch = -1;
  }

  #holds(host: Host): boolean {
    return this.#lease.number === host.number && this.#lease.renewedBy === host;
  }

  #live(host: Host): void {
    const isMoving = host.hasPower && !host.isFrozen;
    if (isMoving && host.hasStorage) {
      // Given up while it stood still or was cut off: it comes back as another session.
      if (this.#now - host.renewedAt > FAIL_S && host.role !== "free") this.#endAgent(host, { isTidy: false });
      host.renewedAt = this.#now;
    } else if (isMoving && this.#now - host.renewedAt >= FAIL_S && host.role !== "free") {
      this.#say(`   ${host.name}: sanlock ends the agent, which could not renew its lease`);
      this.#endAgent(host, { isTidy: false });
      host.agentUpAt = this.#now + AGENT_STARTS_S;
    }
    if (isMoving && this.#now >= host.agentUpAt && host.role === "contending") this.#contend(host);
    const isLinked = isMoving && !host.isCut && this.#now >= host.agentUpAt;
    host.linkLostAt = isLinked ? undefined : (host.linkLostAt ?? this.#now);
  }

  #contend(host: Host): void {
    const holder = this.#holder();
    if (host.failsNextStart || !host.hasStorage) {
      host.failsNextStart = false;
      host.role = "free";
      this.#memory.failedAt.set(host.name, this.#now);
      this.#say(`   ${host.name}: could not become SPM`);
    } else if (holder === "none" || holder === host.number) {
      this.#version += 1;
      this.#lease = { number: host.number, session: host.session, renewedBy: host, deadAt: undefined };
      host.role = "spm";
      host.epoch = this.#version;
      this.#say(`   ${host.name}: is SPM, epoch ${host.epoch}`);
    } else if (this.#isHolderRenewing() && this.#now - host.contendsSince >= RENEWAL_S) {
      host.role = "free";
      this.#memory.holderAliveAt = this.#now;
      this.#say(`   ${host.name}: is refused, number ${holder} is alive`);
    }
  }

  #isHolderRenewing(): boolean {
    const { renewedBy } = this.#lease;
    return renewedBy !== undefined && this.#now - renewedBy.renewedAt < RENEWAL_S;
  }

  #holder(): number | "none" {
    const { number, renewedBy, deadAt } = this.#lease;
    const diesAt = deadAt ?? (renewedBy === undefined ? Number.POSITIVE_INFINITY : renewedBy.renewedAt + LEASE_S);
    return this.#now >= diesAt ? "none" : number;
  }

  #manage(): void {
    for (const host of this.#hosts) {
      if (host.status === "preparing" && host.role === "free" && host.linkLostAt === undefined)
        host.status = "maintenance";
    }
    const decision = decideSpm(this.#view());
    this.#remember(decision);
    this.#say(this.#describe(decision));
    const host = "host" in decision ? this.#hosts.find(({ name }) => name === decision.host) : undefined;
    if (host === undefined) return;
    if (decision.do === "start") {
      host.role = "contending";
      host.contendsSince = this.#now;
    } else if (host.keepsRole || !host.hasStorage) {
      this.#memory.keptAt.set(host.name, this.#now);
      this.#say(`   ${host.name}: does not give the role up`);
    } else {
      this.#endAgent(host, { isTidy: true });
    }
  }

  #remember(decision: SpmDecision): void {
    const spm = decision.do === "nothing" ? decision.spm : undefined;
    if (spm !== undefined && spm !== this.#recorded) {
      this.#recorded = spm;
      this.#movedAt = this.#now;
    }
    if (spm !== undefined && spm === this.#wish) this.#wish = undefined;
  }

  #view(): PoolView {
    const hosts = this.#hosts.map((host) => this.#viewOf(host));
    const ago = (at: number | undefined) => (at === undefined ? undefined : (this.#now - at) * 1000);
    const answering = this.#hosts.filter(({ linkLostAt }) => linkLostAt === undefined);
    const isMasterLost =
      this.#hasOtherDomain && answering.length > 0 && answering.every(({ hasStorage }) => !hasStorage);
    this.#memory.masterLostSince = isMasterLost ? (this.#memory.masterLostSince ?? this.#now) : undefined;
    const times = {
      movedAgoMs: ago(this.#movedAt),
      holderAliveAgoMs: ago(this.#memory.holderAliveAt),
      masterLostForMs: ago(this.#memory.masterLostSince),
      recorded: this.#recorded as HostId | undefined,
      wish: this.#wish as HostId | undefined,
    };
    const known = Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined));
    return { hosts, tasksUnderWay: this.#tasks, ...known };
  }

  #viewOf(host: Host): HostView {
    const [failed, kept] = [this.#memory.failedAt.get(host.name), this.#memory.keptAt.get(host.name)];
    const isAsked = host.linkLostAt === undefined && host.status !== "maintenance";
    const isSilent = host.linkLostAt !== undefined && this.#now - host.linkLostAt >= SILENT_AFTER_S;
    const own = host.role === "spm" ? { holder: host.number, version: host.epoch } : undefined;
    const read: Lease | undefined = host.hasStorage ? { holder: this.#holder(), version: this.#version } : undefined;
    const lease = own ?? read;
    return {
      id: host.name as HostId,
      name: host.name,
      number: host.number,
      state: isSilent && host.status !== "maintenance" ? "silent" : host.status,
      spmPriority: host.priority,
      // Of a host that is not SPM itself, and does not reach the storage, the answer is an error.
      role: isAsked && lease !== undefined ? host.role : "unknown",
      ...(isAsked && lease !== undefined && { lease }),
      readsMaster: isAsked ? host.hasStorage : true,
      ...(failed !== undefined && { failedAgoMs: (this.#now - failed) * 1000 }),
      ...(kept !== undefined && { keptAgoMs: (this.#now - kept) * 1000 }),
    };
  }

  #describe(decision: SpmDecision): string {
    if ("host" in decision) return `${decision.do} ${decision.host}: ${decision.because}`;
    if (decision.do === "nothing" && decision.spm !== undefined) return `keep ${decision.spm}: ${decision.because}`;
    return `${decision.do}: ${decision.because}`;
  }

  /** What is said again is not written again. */
  #say(text: string): void {
    if (text === this.#said) return;
    if (!text.startsWith(" ")) this.#said = text;
    this.log.push(`${String(this.#now).padStart(4)} ${text}`);
  }
}

function newHost(name: string, number: number, priority: number): Host {
  return {
    name,
    number,
    priority,
    hasPower: true,
    isFrozen: false,
    isCut: false,
    hasStorage: true,
    agentUpAt: 0,
    role: "free",
    contendsSince: 0,
    epoch: -1,
    renewedAt: 0,
    session: 0,
    linkLostAt: undefined,
    status: "up",
    failsNextStart: false,
    keepsRole: false,
  };
}

function freshMemory(): Memory {
  return { failedAt: new Map(), keptAt: new Map(), holderAliveAt: undefined, masterLostSince: undefined };
}
