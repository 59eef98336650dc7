import type { LockState, VersionState } from "@godwit/core";
import type { Directive, Statement } from "@godwit/sql";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import type { LockRow } from "../lock/lock-row.ts";
import { isBusy, ownTablesError } from "../sqlite-error.ts";
import type { HistoryTable } from "./history-table.ts";
import type { VersionTable } from "./version-table.ts";

/** The version and the stamp beside it. */
export interface RecordedVersion extends VersionState {
	readonly stamp: string | undefined;
}

/** Finds changes that one body makes to godwit's own tables. */
export interface OwnTables {
	/** Called before each statement of the body. */
	beforeStatement(statement: Statement): void;
	/** Whether a later write to the tables has to be read back, since the body named them or a trigger. */
	readonly uncertain: boolean;
	/** Whether the body has the directive to change the version. */
	readonly allowed: boolean;
	/** What the version was before the first statement that names a table, unless the body may change it. */
	readonly before: RecordedVersion | undefined;
	/** Belongs after the body. @throws MigrateError `ERR_OWN_TABLES` when the version, the lock or the history has changed, or cannot be written any more. */
	assertKept(): void;
}

export interface OwnTablesOptions {
	readonly connection: SqliteConnection;
	readonly migrationsTable: string;
	readonly state: LockState;
	readonly row: LockRow;
	readonly versions: VersionTable;
	readonly history: HistoryTable | undefined;
}

/** What is to be known of one body. */
export interface OwnTablesBody {
	/** May have the one to change the version. No body may change the lock or the history. */
	readonly directives: ReadonlySet<Directive>;
	/** Outside a transaction somebody else can have taken the lock over meanwhile, which the next write finds. */
	readonly inTransaction: boolean;
}

/**
 * Returns a function to call before each body. The version is read only for a body that names one of the tables. No body is
 * refused for a name alone.
 */
export function ownTables(options: OwnTablesOptions): (body: OwnTablesBody) => OwnTables {
	// The lock's table begins with the same name. A quote in the name is doubled in a statement.
	const name = options.migrationsTable.toLowerCase().split('"')[0] ?? "";
	return (body) => new OwnTablesOfBody(options, name, body);
}

/** A class, as one is made for each migration. */
class OwnTablesOfBody implements OwnTables {
	readonly allowed: boolean;
	private readonly inTransaction: boolean;
	private readonly tables: OwnTablesOptions;
	private readonly name: string;
	/** The first one that may have made a trigger. */
	private first: Statement | undefined;
	private named: NamedTables | undefined;

	constructor(tables: OwnTablesOptions, name: string, { directives, inTransaction }: OwnTablesBody) {
		this.tables = tables;
		this.name = name;
		this.allowed = directives.has("allow own-tables");
		this.inTransaction = inTransaction;
	}

	get uncertain(): boolean {
		return this.first !== undefined;
	}

	get before(): RecordedVersion | undefined {
		return this.allowed ? undefined : this.named?.before;
	}

	beforeStatement(statement: Statement): void {
		const sql = statement.sql.toLowerCase();
		if (sql.includes(this.name)) {
			this.named ??= namedBy(statement, this.tables);
		} else if (!/trigger|sqlite_(temp_)?(schema|master)/.test(sql)) return;
		this.first ??= statement;
	}

	assertKept(): void {
		const { first, named } = this;
		if (first === undefined) return;
		const { connection, state, row, versions } = this.tables;
		try {
			if (state.held) row.assertNoTrigger();
			if (named === undefined) return;
			this.assertTablesKept(named);
			if (!this.allowed) assertVersionKept(named.before, versions.read());
			if (state.held && this.inTransaction) row.assertMine();
			if (eventsNow(this.tables) !== named.events) throw new TypeError("the history was changed");
		} catch (error) {
			// Another connection's transaction says nothing of what the body has done.
			throw isBusy(connection, error) ? error : ownTablesError(named?.statement ?? first, error);
		}
	}

	/** Finds a table that is gone, or that is no longer one to which the version, the history or the lock can be written. */
	private assertTablesKept({ existed }: NamedTables): void {
		const { state, row, versions, history } = this.tables;
		// What may change the version may also drop its table, which is then made anew.
		const stays = existed && !this.allowed;
		// Without the lock whatever the history needs is made before the write.
		const historyStays = stays && state.held && history !== undefined;
		if (versions.exists() || stays) versions.assertWritable(historyStays);
		if (historyStays || history?.exists()) history.assertWritable();
		if (state.held && this.inTransaction) row.assertWritable();
	}
}

/** The first statement that names one of the tables, and what they were before it. */
interface NamedTables {
	readonly statement: Statement;
	/** Whether the version table was there. */
	readonly existed: boolean;
	readonly before: RecordedVersion;
	readonly events: string;
}

function namedBy(statement: Statement, tables: OwnTablesOptions): NamedTables {
	return { statement, existed: tables.versions.exists(), before: recorded(tables), events: eventsNow(tables) };
}

function recorded({ versions, history }: OwnTablesOptions): RecordedVersion {
	return { ...versions.read(), stamp: history === undefined ? undefined : versions.stamp() };
}

function eventsNow({ history }: OwnTablesOptions): string {
	return history?.fingerprint() ?? "";
}

function assertVersionKept(before: VersionState, after: VersionState): void {
	if (after.version === before.version && after.dirty === before.dirty) return;
	throw new TypeError(`the version was ${before.version} and is ${after.version}`);
}
