// @peculiar/x509 resolves its algorithms through a container that wants the Reflect API in place before it is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(crypto);

export { x509 };
