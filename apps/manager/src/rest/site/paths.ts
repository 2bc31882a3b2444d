import { apiPath } from "../edge/target.ts";

/** The reference for people. */
export const referencePath = "/ovirt-engine/apidoc";
/** The same for programs. Below the API, but nobody has to log in to read it. */
export const openApiPath = `${apiPath}/openapi.json`;
