export type { LentClient, PGliteDatabase, PgClient, PgPool } from "./connection/lent-client.ts";
export { type PGliteFactory, pglite } from "./pglite.ts";
export { type PostgresFactory, postgres } from "./postgres.ts";
export type { PostgresConfig } from "./url/postgres-config.ts";
