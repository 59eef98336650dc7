import {
	assertMigrations,
	isMigrateError,
	Migrate,
	type MigrateOptions,
	memorySource,
	openSource,
	type Policies,
	type Source,
	suppress,
} from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";
import { requireDatabase, requireSource } from "../command-line/urls.ts";
import { eventLines } from "../output/event-lines.ts";
import { goDuration } from "../output/go-duration.ts";
import { jsonLines } from "../output/json-lines.ts";
import { confirm } from "./confirm.ts";
import type { Operation } from "./operation.ts";
import { registerBuiltins } from "./register-builtins.ts";
import { EXIT_STOPPED, stopOnSignal } from "./stop-on-signal.ts";

/**
 * Carries out a command that works on a database.
 *
 * @returns The exit code.
 */
export async function runOnDatabase(invocation: Invocation, operation: Operation): Promise<number> {
	const { urls, terminal } = invocation;
	const database = requireDatabase(urls);
	const sourceUrl = operation.source === "unread" ? undefined : requireSource(urls);
	registerBuiltins();
	if (operation.question !== undefined) await confirm(operation.question, terminal);

	const stop = operation.stopping === undefined ? undefined : stopOnSignal(operation.stopping, terminal);
	try {
		const opened = await open(operation, sourceUrl, database, optionsOf(invocation, stop?.signal));
		return await runAndClose(opened, operation, invocation);
	} catch (error) {
		if (stop === undefined || error !== stop.signal.reason) throw error;
		terminal.line("Stopped; nothing was changed");
		return EXIT_STOPPED;
	} finally {
		stop?.release();
	}
}

/** Closing the first closes the second. */
interface Opened {
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
	const source = sourceUrl === undefined ? memorySource({}) : await openGivenSource(sourceUrl);
	try {
		// To open a database makes one where there is none.
		if (operation.source === "not empty") await assertMigrations(source);
		return { migrate: await Migrate.open(source, database, options), source };
	} catch (error) {
		return closeAndThrow(source, error);
	}
}

async function openGivenSource(url: string): Promise<Source> {
	try {
		return await openSource(url);
	} catch (error) {
		if (!isMigrateError(error, "ERR_INVALID_URL") || error.details.path === undefined) throw error;
		throw new CommandError(`${error.message}, or -path ${error.details.path}`, { cause: error });
	}
}

async function closeAndThrow(opened: Source | Migrate, error: unknown): Promise<never> {
	try {
		await opened.close();
	} catch (later) {
		throw suppress(error, later);
	}
	throw error;
}

async function runAndClose(
	{ migrate, source }: Opened,
	operation: Operation,
	{ line, terminal }: Invocation,
): Promise<number> {
	const verbose = line.is("verbose");
	// The clock is a module that has to be loaded.
	const began = verbose ? performance.now() : 0;
	let exitCode: number;
	try {
		exitCode = await operation.run(migrate, source);
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

function optionsOf({ line, terminal, print }: Invocation, signal: AbortSignal | undefined): MigrateOptions {
	const prefetch = line.value("prefetch");
	const lockTimeout = line.value("lock-timeout");
	return {
		...(prefetch !== undefined && { prefetch: Number(prefetch) }),
		...(lockTimeout !== undefined && { lockTimeoutMs: Number(lockTimeout) * 1e3 }),
		...(signal !== undefined && { signal }),
		...transactionOf(line),
		...policiesOf(line),
		onEvent: line.is("json")
			? jsonLines(print)
			: eventLines(terminal, { verbose: line.is("verbose"), now: () => performance.now() }),
	};
}

function transactionOf(line: CommandLine): Pick<MigrateOptions, "transaction"> {
	const transaction = line.value("transaction");
	return transaction === "all" || transaction === "each" ? { transaction } : {};
}

/** The words were checked with the command line. */
function policiesOf(line: CommandLine): Policies {
	const [outOfOrder, changed, newer] = ["out-of-order", "changed", "newer"].map((flag) => line.value(flag));
	return {
		...(outOfOrder !== undefined && { outOfOrder }),
		...(changed !== undefined && { changed }),
		...(newer !== undefined && { newer }),
	} as Policies;
}
