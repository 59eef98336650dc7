export type { SqliteConfig, SqliteConnection, SqlRow, SqlValue, TransactionMode, Usability } from "@godwit/sqlite";
export type { BindingPackage } from "./binding-package.ts";
export { bindingPackage } from "./binding-package.ts";
export { nodeDatabaseClass } from "./node-sqlite/database-class.ts";
export { nodeResultCode } from "./node-sqlite/result-code.ts";
export { runtimeName } from "./node-sqlite/runtime-name.ts";
export type { ConnectionOptions, SqliteBinding } from "./sqlite-binding.ts";
export type { SqliteFactory } from "./sqlite-factory.ts";
export { sqliteFactory } from "./sqlite-factory.ts";
