export type { SqliteConfig, SqliteConnection, SqlRow, SqlValue, TransactionMode, Usability } from "@godwit/sqlite";
export { nodeDatabaseClass } from "./node-sqlite/database-class.ts";
export { nodeResultCode } from "./node-sqlite/result-code.ts";
export type { ConnectionOptions, SqliteBinding, SqliteFactory } from "./sqlite-factory.ts";
export { sqliteFactory } from "./sqlite-factory.ts";
