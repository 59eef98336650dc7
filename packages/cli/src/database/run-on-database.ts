import {
	assertDatabase,
	assertMigrations,
	type Driver,
	isMigrateError,
	Migrate,
	type MigrateError,
	type MigrateEvent,
	type MigrateOptions,
	memorySource,
	openDriver,
	type Policies,
	type Source,
	suppress,
} from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import type { WantedRehearsal } from "../command-line/flags/rehearse-flags.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";
import type { Settings } from "../command-line/settings.ts";
import { eventLines } from "../output/event-lines.ts";
import { ERROR } from "../output/terminal.ts";
import { goDuration } from "../output/text/go-duration.ts";
import { confirm } from "./confirm.ts";
import { announcements } from "./messages/announcements.ts";
import { openMigrations } from "./open-migrations.ts";
import type { Operation } from "./operation.ts";
import type { RehearsalFirst } from "./rehearsal-first.ts";
import { requireDatabase, resolveSource } from "./schemes/resolve-urls.ts";
import { EXIT_STOPPED, stopOnSignal } from "./stop-on-signal.ts";
import { waitOf } from "./wait.ts";

/**
 * Carries out a command that works on a database.
 *
 * @returns The exit code.
 */
export async function runOnDatabase(invocation: Invocation, operation: Operation): Promise<number> {
	const { settings, terminal } = invocation;
	const database = await requireDatabase(settings);
	const sourceUrl = operation.source === "unread" ? undefined : await resolveSource(settings);
	if (isGuarded(invocation.line)) await assertUnprotected(invocation, database);
	if (operation.question !== undefined) await confirm(operation.question, terminal);
	if (operation.backup?.directory !== undefined) await assertBackupFolder(operation.backup.directory);

	const announced = operation.stopping === undefined ? undefined : announcements(operation.stopping);
	const stop = announced && stopOnSignal(announced.now, terminal);
	try {
		const say = await sayingEvents(invocation);
		const options = optionsOf(invocation, stop?.signal);
		const rehearsal = operation.rehearsal && (await rehearsalFirst(operation.rehearsal, database));
		const onEvent = (event: MigrateEvent): void => {
			say(event);
			announced?.onEvent(event);
			rehearsal?.onEvent(event);
		};
		const first = { backup: operation.backup ?? false, rehearse: rehearsal?.options ?? false };
		const around = settings.environment && refusingToRevert(invocation, database);
		const opened = await open(operation, sourceUrl, database, {
			...options,
			...first,
			...(around && { around }),
			onEvent,
		});
		return await runAndClose(opened, operation, invocation);
	} catch (error) {
		if (isMigrateError(error, "ERR_REHEARSAL")) return showNotClean(error, invocation);
		if (stop === undefined || error !== stop.signal.reason) throw error;
		terminal.line("Stopped; nothing was changed");
		return EXIT_STOPPED;
	} finally {
		stop?.release();
	}
}

/** Loaded where it is asked for, as the next one is. */
async function assertBackupFolder(directory: string): Promise<void> {
	const module = await import("./backup-folder.ts");
	await module.assertBackupFolder(directory);
}

async function rehearsalFirst(wanted: WantedRehearsal, database: string): Promise<RehearsalFirst> {
	const module = await import("./rehearsal-first.ts");
	return module.rehearsalFirst(wanted, database);
}

/** What was found has been shown. @returns The exit code. */
async function showNotClean(error: MigrateError, { line, terminal, print }: Invocation): Promise<number> {
	const { EXIT_NOT_CLEAN } = await import("../output/rehearsal/show-rehearsal.ts");
	const { jsonError } = await import("../output/json/json-error.ts");
	terminal.line("error: the rehearsal was not clean; nothing was changed", ERROR);
	if (line.is("json")) print(jsonError(error));
	return EXIT_NOT_CLEAN;
}

/** Every command says so of itself: a second way into the database, as one of a flag, has it too. */
function isGuarded(line: CommandLine): boolean {
	const guarded = line.command?.guarded ?? false;
	return typeof guarded === "boolean" ? guarded : guarded(line);
}

/** @throws CommandError when a protected environment keeps the command out of the database. */
export async function assertUnprotected(invocation: Invocation, database: string): Promise<void> {
	if (invocation.settings.environment === undefined) return;
	const { protectionOf } = await import("./protection.ts");
	const protection = await protectionOf(invocation, database);
	if (protection !== undefined) throw protection;
}

/**
 * Asked of each migration that is to run or to go on, under the lock: what an operation reads before can change until then. Asked in
 * every command, also in one that is not known to go down.
 */
function refusingToRevert(invocation: Invocation, database: string): NonNullable<MigrateOptions["around"]> {
	return async ({ direction }, run) => {
		if (direction === "down") await assertUnprotected(invocation, database);
		await run();
	};
}

/** Closing the first closes the second. */
interface Opened {
	readonly database: string;
	readonly migrate: Migrate;
	readonly source: Source;
}

async function open(
	operation: Operation,
	sourceUrl: string | undefined,
	database: string,
	options: MigrateOptions,
): Promise<Opened> {
	// A source that is not read must not be in the way of a repair.
	const source = operation.source === "unread" ? memorySource({}) : await openMigrations(sourceUrl);
	try {
		// To open a database makes one where there is none.
		if (operation.source === "not empty") await assertMigrations(source);
		const driver = await openDriver(database);
		try {
			if (operation.needsDatabase === true) await assertDatabase(driver);
			return { migrate: await Migrate.open(source, driver, options), source, database };
		} catch (error) {
			return await closeAndThrow(driver, error);
		}
	} catch (error) {
		return closeAndThrow(source, error);
	}
}

async function closeAndThrow(opened: Source | Driver | Migrate, error: unknown): Promise<never> {
	try {
		await opened.close();
	} catch (later) {
		throw suppress(error, later);
	}
	throw error;
}

async function runAndClose(
	{ migrate, source, database }: Opened,
	operation: Operation,
	{ line, terminal }: Invocation,
): Promise<number> {
	const verbose = line.is("verbose");
	// The clock is a module that has to be loaded.
	const began = verbose ? performance.now() : 0;
	let exitCode: number;
	try {
		exitCode = await operation.run(migrate, source, database);
	} catch (error) {
		return closeAndThrow(migrate, error);
	}
	if (verbose) {
		terminal.line(`Finished after ${goDuration(performance.now() - began)}`);
		terminal.line("Closing source and database");
	}
	await migrate.close();
	return exitCode;
}

function optionsOf({ line, settings }: Invocation, signal: AbortSignal | undefined): Omit<MigrateOptions, "onEvent"> {
	const prefetch = line.value("prefetch");
	const lockTimeout = line.value("lock-timeout");
	const waitMs = waitOf(line);
	return {
		...(prefetch !== undefined && { prefetch: Number(prefetch) }),
		...(lockTimeout !== undefined && { lockTimeoutMs: Number(lockTimeout) * 1e3 }),
		...(waitMs !== undefined && { waitMs }),
		...(signal !== undefined && { signal }),
		...transactionOf(line),
		...policiesOf(line, settings),
	};
}

async function sayingEvents({ line, terminal, print }: Invocation): Promise<(event: MigrateEvent) => void> {
	if (!line.is("json")) return eventLines(terminal, { verbose: line.is("verbose"), now: () => performance.now() });
	const { jsonLines } = await import("../output/json/json-lines.ts");
	return jsonLines(print);
}

const POLICIES = ["out-of-order", "changed", "newer"] as const;

function transactionOf(line: CommandLine): Pick<MigrateOptions, "transaction"> {
	const transaction = line.value("transaction");
	return transaction === "all" || transaction === "each" ? { transaction } : {};
}

/** The words were checked with the command line, and with the configuration. */
function policiesOf(line: CommandLine, { environment }: Settings): Policies {
	const [outOfOrder, changed, newer] = POLICIES.map((name) => line.value(name) ?? environment?.settings[name]);
	return {
		...(outOfOrder !== undefined && { outOfOrder }),
		...(changed !== undefined && { changed }),
		...(newer !== undefined && { newer }),
	} as Policies;
}
