import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { restCaller } from "../rest-caller.fixture.ts";
import { type RestWorld, restWorld } from "../rest-world.fixture.ts";

interface OptionDocument {
  readonly name: string;
  readonly values: { readonly system_option_value: readonly { readonly version: string; readonly value: string }[] };
}

async function option(world: RestWorld, path: string): Promise<OptionDocument["values"]["system_option_value"]> {
  return (await restCaller(world).get(`/options/${path}`)).json<OptionDocument>().values.system_option_value;
}

test(
  "the CPU types of each level are told in oVirt's form, and of one level alone when asked",
  proves(["GET /options/{}"], async () => {
    await using world = await restWorld();
    const all = await option(world, "ServerCPUList");
    assert.deepEqual(
      all.map(({ version }) => version),
      ["4.7", "4.6", "4.5", "4.4", "4.3", "4.2"],
    );
    const [one, ...others] = await option(world, "ServerCPUList?version=4.4");
    assert.deepEqual(others, []);
    assert.match(
      one?.value ?? "",
      /^1:Intel Nehalem Family:vmx,nx,model_Nehalem:Nehalem:x86_64; 2:Secure Intel Nehalem/,
    );
    assert.equal((await restCaller(world).get("/options/NoSuchOption")).status, 404);
  }),
);

test("an option that is the same for all versions answers for each of them", async () => {
  await using world = await restWorld();
  assert.deepEqual(await option(world, "UserSessionTimeOutInterval?version=4.7"), [
    { version: "general", value: "30" },
  ]);
});

test(
  "every cluster level has its CPU types and permits",
  proves(["GET /clusterlevels", "GET /clusterlevels/{}"], async () => {
    await using world = await restWorld();
    const call = restCaller(world);
    const levels = ["4.7", "4.6", "4.5", "4.4", "4.3", "4.2"];
    const { cluster_level } = (await call.get("/clusterlevels")).json<{ cluster_level: { id: string }[] }>();
    assert.deepEqual(
      cluster_level.map(({ id }) => id),
      levels,
    );
    for (const level of levels) {
      const { cpu_types, permits } = (await call.get(`/clusterlevels/${level}`)).json<{
        cpu_types: { cpu_type: { name: string; level: string; architecture: string }[] };
        permits: { permit: { name: string }[] };
      }>();
      assert.ok(
        cpu_types.cpu_type.some(({ name, architecture }) => name.includes("Westmere") && architecture === "x86_64"),
      );
      assert.ok(permits.permit.some(({ name }) => name === "create_vm"));
    }
    assert.equal((await call.get("/clusterlevels/3.6")).status, 404);
  }),
);

test(
  "operating systems have oVirt's ids and names, each once",
  proves(["GET /operatingsystems"], async () => {
    await using world = await restWorld();
    const { operating_system: systems } = (await restCaller(world).get("/operatingsystems")).json<{
      operating_system: { id: string; name: string; description: string; architecture: string; tpm_support: string }[];
    }>();
    assert.equal(new Set(systems.map(({ id }) => id)).size, systems.length);
    assert.equal(new Set(systems.map(({ name }) => name)).size, systems.length);
    const { name, description, architecture, tpm_support } = systems.find(({ id }) => id === "36") ?? {};
    assert.deepEqual(
      [name, description, architecture, tpm_support],
      ["windows_11", "Windows 11", "x86_64", "required"],
    );
    assert.ok(systems.some((each) => each.name === "rhel_7_ppc64" && each.architecture === "ppc64"));
  }),
);
