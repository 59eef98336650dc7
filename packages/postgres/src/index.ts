export { pglite } from "./pglite.ts";
export { postgres } from "./postgres.ts";
