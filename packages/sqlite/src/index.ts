export type { LockFile } from "./lock-file.ts";
export { DatabaseHeldError, lockFile, realDatabasePath } from "./lock-file.ts";
export type { SqliteConfig } from "./sqlite-config.ts";
export type { SqliteConnection, SqlRow, SqlValue } from "./sqlite-connection.ts";
export type { SqliteBinding, SqliteFactory } from "./sqlite-factory.ts";
export { sqliteFactory } from "./sqlite-factory.ts";
