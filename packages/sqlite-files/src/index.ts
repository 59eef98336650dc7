export type { SqliteConfig, SqliteConnection, SqlRow, SqlValue, TransactionMode, Usability } from "@godwit/sqlite";
export type { SqliteBinding, SqliteFactory } from "./sqlite-factory.ts";
export { sqliteFactory } from "./sqlite-factory.ts";
