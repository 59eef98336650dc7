export type { MigrationBody } from "./body/migration-body.ts";
export { migrationBody, textBody } from "./body/migration-body.ts";
export type { Utf8Decoder } from "./body/utf8-decoder.ts";
export { createUtf8Decoder } from "./body/utf8-decoder.ts";
export type { CheckOptions, CheckReport } from "./check/check.ts";
export { check } from "./check/check.ts";
export type { CheckFinding } from "./check/check-finding.ts";
export type { ExpectedSchema } from "./check/check-schema.ts";
export type { CorrectedFile, CorrectedSource } from "./check/correct-files.ts";
export { correctFiles } from "./check/correct-files.ts";
export { cleanUpAfter } from "./clean-up-after.ts";
export { assertDatabase } from "./driver/assert-database.ts";
export type { Backup, BackupOptions, RestoreOptions, RestoreSteps } from "./driver/backup.ts";
export type { Diagnosis } from "./driver/diagnosis.ts";
export type {
	ApplyOutcome,
	Driver,
	DriverHistory,
	DriverTransaction,
	LockOptions,
	RecordedHistory,
	Rounds,
} from "./driver/driver.ts";
export type { DriverFactory } from "./driver/driver-factory.ts";
export type { DriverPrimitives } from "./driver/driver-primitives.ts";
export type { CallQueue } from "./driver/frame/call-queue.ts";
export { callQueue } from "./driver/frame/call-queue.ts";
export type { DriverOf, DriverOptions } from "./driver/frame/define-driver.ts";
export { defineDriver } from "./driver/frame/define-driver.ts";
export type { LockPrimitives, LockState, ReleaseReason } from "./driver/frame/held-lock.ts";
export type {
	ComparedTable,
	ForeignKeyViolations,
	ReachedFile,
	RehearsalCopy,
	RehearsalOptions,
	RowComparison,
	TracedTables,
} from "./driver/rehearsal.ts";
export type {
	Schema,
	SchemaColumn,
	SchemaForeignKey,
	SchemaObject,
	SchemaTable,
	ServerObjectKind,
} from "./driver/schema.ts";
export { unsupported } from "./driver/unsupported.ts";
export { versionMoved } from "./driver/version-moved.ts";
export type { FoundVersion, VersionChange, VersionState } from "./driver/version-state.ts";
export type { BackoffOptions } from "./driver/waiting/backoff.ts";
export { withBackoff } from "./driver/waiting/backoff.ts";
export type { Obstacle } from "./driver/waiting/lock-timeout.ts";
export { lockTimeout } from "./driver/waiting/lock-timeout.ts";
export type { Patience, WaitOptions } from "./driver/waiting/patience.ts";
export { waitForTurn } from "./driver/waiting/patience.ts";
export type { CorrectedText, Correction } from "./effects/correction.ts";
export type {
	AnalyseOptions,
	Analysis,
	FileEffects,
	FileFinding,
	RenamedPart,
	SchemaPart,
	StatementEffects,
} from "./effects/effects.ts";
export type { Place } from "./effects/place.ts";
export type { BaselineOptions } from "./engine/baseline.ts";
export type { DownOptions } from "./engine/down-options.ts";
export type { SchemaComparison } from "./engine/dump/compare-schema.ts";
export { compareSchema } from "./engine/dump/compare-schema.ts";
export type { LineDifference } from "./engine/dump/line-differences.ts";
export { lineDifferences } from "./engine/dump/line-differences.ts";
export type { DumpFormat } from "./engine/dump/write-schema.ts";
export { writeSchema } from "./engine/dump/write-schema.ts";
export { Migrate } from "./engine/migrate.ts";
export type { MigrateEvent } from "./engine/migrate-event.ts";
export type { MigrateOptions } from "./engine/migrate-options.ts";
export type { Goal, Plan, VersionStatus } from "./engine/plan.ts";
export { plan } from "./engine/plan.ts";
export type { Finding } from "./engine/policies/finding.ts";
export type { Policies } from "./engine/policies/policies.ts";
export type {
	RehearsalFinding,
	RehearsalReport,
	RehearsedDown,
	RehearsedMigration,
	RehearseOptions,
} from "./engine/rehearse/rehearsal-report.ts";
export type { SchemaChange } from "./engine/rehearse/schema-changes.ts";
export type { Cure } from "./engine/repair/repair.ts";
export type { MigrationPlan, PlannedMigration } from "./engine/reports/migration-plan.ts";
export { needsMigration } from "./engine/reports/needs-migration.ts";
export type { MigrationState, MigrationStatus, PendingMigration, StatusReport } from "./engine/reports/status.ts";
export { isPendingMigration } from "./engine/reports/status.ts";
export type { StoredDown } from "./engine/stored-down.ts";
export { hasCredentials } from "./has-credentials.ts";
export type { EventOp, HistoryEvent, HistoryHead, RecordedEvent, StoredTexts } from "./history/history-event.ts";
export type { LoadSha256, NewSha256, Sha256 } from "./history/sha256.ts";
export { offerSha256 } from "./history/sha256.ts";
export { isError } from "./is-error.ts";
export type { ErrorCode, ErrorDetails, MigrateErrorOf, MigrateErrorOptions } from "./migrate-error.ts";
export { isMigrateError, MigrateError, suppress } from "./migrate-error.ts";
export type {
	AppliedMigration,
	Direction,
	Migration,
	MigrationFile,
	MigrationReport,
	MigrationStep,
	MigrationUnderWay,
} from "./migration.ts";
export { nearestName } from "./nearest-name.ts";
export { PROGRAM } from "./program.ts";
export {
	absoluteDatabaseUrl,
	absoluteSourceUrl,
	breakLocks,
	databaseUrl,
	isSameDatabase,
	openDriver,
	openSource,
	register,
	registeredDrivers,
	registeredSources,
	registerSource,
	sourceUrl,
} from "./registry.ts";
export { assertMigrations } from "./source/assert-migrations.ts";
export type { MigrationFiles } from "./source/memory-source.ts";
export { memorySource } from "./source/memory-source.ts";
export type { MigrationName, NameVerdict } from "./source/migration-name.ts";
export { parseMigrationName } from "./source/migration-name.ts";
export type { Seal, SealableFile, SealedFile } from "./source/seal.ts";
export { formatSeal, parseSeal, SEAL_NAME, sealableFiles, sealOf } from "./source/seal.ts";
export type { Source, SourceFactory } from "./source/source.ts";
export type { SourceFile } from "./source/source-of-files.ts";
export { sourceOfFiles } from "./source/source-of-files.ts";
export type { Trace, TraceSink } from "./trace.ts";
export { createTrace, setTraceSink, traceSink } from "./trace.ts";
export { controlCharacter, withoutControlCharacters } from "./url/control-character.ts";
export type { UrlOrPath } from "./url/given-url.ts";
export { type InvalidUrlDetails, invalidUrl } from "./url/invalid-url.ts";
export type { Version } from "./version.ts";
export { MAX_VERSION, NIL_VERSION, toVersion } from "./version.ts";
