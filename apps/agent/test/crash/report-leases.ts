import type { LeaseHolder, Sanlock } from "@yagura/sanlock";
import type { OnEffect } from "./record-effects.ts";

/** What the agent asks of sanlock that changes who holds what; the daemon, not this process, writes it to the storage. */
export function reportLeases(sanlock: Sanlock, onEffect: OnEffect): Sanlock {
  const told =
    <Args extends readonly unknown[], Result>(deed: string, call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const paths = pathsIn(args[0]);
      onEffect({ deed: `before sanlock ${deed}`, paths });
      const result = await call(...args);
      onEffect({ deed: `after sanlock ${deed}`, paths });
      return result;
    };
  return {
    ...sanlock,
    writeLease: told("write", (...args) => sanlock.writeLease(...args)),
    writeLockspace: told("write lockspace", (...args) => sanlock.writeLockspace(...args)),
    async register(...args) {
      const holder = await sanlock.register(...args);
      const wrapped: Partial<LeaseHolder> = {
        acquire: told("acquire", (...given) => holder.acquire(...given)),
        release: told("release", (...given) => holder.release(...given)),
      };
      return new Proxy(holder, {
        get(target, name) {
          const own = Reflect.get(wrapped, name);
          if (own !== undefined) return own;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };
}

function pathsIn(leases: unknown): string[] {
  return [leases].flat().flatMap((lease) => {
    const path = typeof lease === "object" && lease !== null && "path" in lease ? lease.path : undefined;
    return typeof path === "string" ? [path] : [];
  });
}
