export type { LentClient } from "./connection/lent-connection.ts";
export { type PGliteFactory, pglite } from "./pglite.ts";
export { type PostgresFactory, postgres } from "./postgres.ts";
export type { PostgresConfig } from "./url/postgres-config.ts";
