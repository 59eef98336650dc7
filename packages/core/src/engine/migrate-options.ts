import type { BackupOptions } from "../driver/backup.ts";
import type { Migration } from "../migration.ts";
import { valueShown } from "../value-shown.ts";
import { assertKnownNames, assertOneOf } from "./arguments.ts";
import { assertBackupOptions } from "./backup.ts";
import type { MigrateEvent } from "./migrate-event.ts";
import type { Policies } from "./policies/policies.ts";
import { assertRehearseOptions } from "./rehearse/assert-rehearse-options.ts";
import type { RehearseOptions } from "./rehearse/rehearsal-report.ts";

/** How a `Migrate` runs migrations, for the life of the instance. */
export interface MigrateOptions extends Policies {
	/** How long to wait for the migration lock, in milliseconds; the driver's own default otherwise. Go: LockTimeout. */
	readonly lockTimeoutMs?: number;
	/**
	 * How long each operation waits for a database server that does not answer or is starting, in milliseconds. Default 0: it is
	 * asked once. A database without a server is not waited for.
	 */
	readonly waitMs?: number;
	/**
	 * Makes a backup before the first migration of an operation that runs any, as `Migrate.backup` does. While the history
	 * says that the first migration is under way in rounds, no older backup is deleted. Default false.
	 */
	readonly backup?: boolean | BackupOptions;
	/**
	 * Rehearses the migrations of an operation that runs any on a copy, under the lock and before the first of them, as
	 * `Migrate.rehearse` does. When that is not clean the operation is `ERR_REHEARSAL`, and nothing was changed. Default false.
	 */
	readonly rehearse?: boolean | RehearseOptions;
	/** How many migrations are read ahead of the one that runs, where their source has to be waited for. Default 10. Go: PrefetchMigrations. */
	readonly prefetch?: number;
	/** Stops after the migration in flight, for the life of the instance. Go: GracefulStop. */
	readonly signal?: AbortSignal;
	/**
	 * Is called for each migration with what runs it, and has to call that once and wait for it; what that rejects with, it
	 * rejects with. For what has to surround a migration, as a span of a trace does. A migration in rounds is given to it once for each
	 * round, see `Driver.apply`.
	 *
	 * It must not wait for an operation of the same `Migrate`, which would wait for it. While its code is at work, before it runs
	 * the migration and after that, every call of an operation is `ERR_IN_OPERATION`, whoever makes it. A call while the migration
	 * runs takes its turn, and is `ERR_IN_OPERATION` when the code then goes on for more than a turn of the event loop. `close` may
	 * be called and waited for.
	 */
	readonly around?: (migration: Migration, run: () => Promise<void>) => Promise<void>;
	/** Hears what happens; called synchronously, and what it throws ends the operation. */
	readonly onEvent?: (event: MigrateEvent) => void;
	/**
	 * What a way down does at a migration without a down file: `"error"` (default) refuses before anything runs,
	 * `"skip"` moves the version and leaves the schema, as Go does.
	 */
	readonly missingDown?: "error" | "skip";
	/**
	 * `"each"` (default) commits every migration by itself. `"all"` makes one transaction of the whole operation, all
	 * or nothing; the driver must have `transaction`, and no migration may need to run outside one.
	 */
	readonly transaction?: "each" | "all";
}

const NAMES = [
	"lockTimeoutMs",
	"waitMs",
	"backup",
	"rehearse",
	"prefetch",
	"signal",
	"around",
	"onEvent",
	"missingDown",
	"transaction",
	"outOfOrder",
	"changed",
	"newer",
] as const satisfies readonly (keyof MigrateOptions)[];

/** @throws TypeError for what code without types passes: an option that does not exist, a value that is none. */
export function assertOptions(options: MigrateOptions): void {
	const { prefetch = 0, lockTimeoutMs = 0, waitMs = 0, missingDown, transaction, outOfOrder, changed, newer } = options;
	assertKnownNames("Migrate", options, NAMES);
	if (!Number.isSafeInteger(prefetch) || prefetch < 0) {
		throw new TypeError(`prefetch must be a whole number of at least 0, not ${valueShown(prefetch)}`);
	}
	if (!(lockTimeoutMs >= 0)) {
		throw new TypeError(`lockTimeoutMs must be a number of at least 0, not ${valueShown(lockTimeoutMs)}`);
	}
	if (!(waitMs >= 0)) throw new TypeError(`waitMs must be a number of at least 0, not ${valueShown(waitMs)}`);
	if (typeof options.backup === "object") assertBackupOptions(options.backup);
	else assertOneOf("backup", options.backup, [true, false]);
	if (typeof options.rehearse === "object") assertRehearseOptions(options.rehearse);
	else assertOneOf("rehearse", options.rehearse, [true, false]);
	assertOneOf("missingDown", missingDown, ["error", "skip"]);
	assertOneOf("transaction", transaction, ["each", "all"]);
	assertOneOf("outOfOrder", outOfOrder, ["error", "skip", "apply"]);
	assertOneOf("changed", changed, ["error", "warn"]);
	assertOneOf("newer", newer, ["error", "allow"]);
}
