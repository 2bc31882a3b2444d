/** Whether tests that take minutes each shall run too: `npm run real -- NAME --all`. */
export const isAll = process.env["YAGURA_TEST_ALL"] === "1";
