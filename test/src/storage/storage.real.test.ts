// Shared storage on three real hosts and a real NFS server: one lab for all of it, since it takes two minutes to build.
import { after, before, suite } from "node:test";
import { whyNoThreeHosts } from "@yagura/lab/three-hosts-nfs/three-hosts-nfs.ts";
import { type Centre, openCentre } from "../three-hosts/centre.ts";
import { testGoldenDomain } from "./golden-domain.fixture.ts";
import { testNfsDomains } from "./nfs-domains.fixture.ts";
import { testWrongMoves } from "./wrong-moves.fixture.ts";

const skip = await whyNoThreeHosts();
const suiteMs = 30 * 60_000;

suite("storage domains on NFS", { skip, timeout: suiteMs }, () => {
  let centre: Centre | undefined;
  const get = (): Centre => {
    if (centre === undefined) throw new Error("the lab is not there");
    return centre;
  };
  before(async () => {
    // Long leases: the NFS server is switched off and on here, and nothing is to be lost by that.
    centre = await openCentre({ name: "ynfs", ioTimeoutSeconds: 10 });
  });
  after(() => centre?.[Symbol.asyncDispose]());

  testNfsDomains(get);
  testGoldenDomain(get);
  // The last: one of them leaves a domain behind whose server is gone.
  testWrongMoves(get);
});
