export { assertMigrations } from "./assert-migrations.ts";
export type { BackoffOptions } from "./backoff.ts";
export { withBackoff } from "./backoff.ts";
export { cleanUpAfter } from "./clean-up-after.ts";
export type { ApplyOutcome, Driver, DriverFactory, LockOptions, VersionState } from "./driver.ts";
export { hasCredentials } from "./has-credentials.ts";
export type { MigrationFiles } from "./memory-source.ts";
export { memorySource } from "./memory-source.ts";
export type { MigrateOptions } from "./migrate.ts";
export { Migrate } from "./migrate.ts";
export type { ErrorCode, ErrorDetails, MigrateErrorOptions } from "./migrate-error.ts";
export { isMigrateError, MigrateError, suppress } from "./migrate-error.ts";
export type { MigrateEvent } from "./migrate-event.ts";
export type {
	AppliedMigration,
	Direction,
	Migration,
	MigrationFile,
	MigrationReport,
	MigrationStep,
} from "./migration.ts";
export type { MigrationBody } from "./migration-body.ts";
export { migrationBody, textBody } from "./migration-body.ts";
export type { MigrationName, NameVerdict } from "./migration-name.ts";
export { parseMigrationName } from "./migration-name.ts";
export { nearestName } from "./nearest-name.ts";
export type { Goal, Plan } from "./plan.ts";
export { plan } from "./plan.ts";
export {
	breakLocks,
	openDriver,
	openSource,
	register,
	registeredDrivers,
	registeredSources,
	registerSource,
} from "./registry.ts";
export type { Source, SourceFactory } from "./source.ts";
export type { NamedFile } from "./source-of-files.ts";
export { sourceOfFiles } from "./source-of-files.ts";
export type { Utf8Decoder } from "./utf8-decoder.ts";
export { createUtf8Decoder } from "./utf8-decoder.ts";
export type { Version } from "./version.ts";
export { MAX_VERSION, NIL_VERSION, toVersion } from "./version.ts";
