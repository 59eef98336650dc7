import {
	assertMigrations,
	isMigrateError,
	Migrate,
	type MigrateOptions,
	memorySource,
	openSource,
	type Source,
	suppress,
} from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";
import { requireDatabase, requireSource } from "../command-line/urls.ts";
import { eventLines } from "../output/event-lines.ts";
import { goDuration } from "../output/go-duration.ts";
import type { Terminal } from "../output/terminal.ts";
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
	const { line, urls, terminal } = invocation;
	const database = requireDatabase(urls);
	const sourceUrl = operation.source === "unread" ? undefined : requireSource(urls);
	registerBuiltins();
	if (operation.question !== undefined) await confirm(operation.question, terminal);

	const stop = operation.stopping === undefined ? undefined : stopOnSignal(operation.stopping, terminal);
	try {
		const migrate = await open(operation, sourceUrl, database, optionsOf(line, terminal, stop?.signal));
		return await runAndClose(migrate, operation, invocation);
	} catch (error) {
		if (stop === undefined || error !== stop.signal.reason) throw error;
		terminal.line("Stopped; nothing was changed");
		return EXIT_STOPPED;
	} finally {
		stop?.release();
	}
}

async function open(
	operation: Operation,
	sourceUrl: string | undefined,
	database: string,
	options: MigrateOptions,
): Promise<Migrate> {
	// A source that is not read must not be in the way of a repair.
	const source = sourceUrl === undefined ? memorySource({}) : await openGivenSource(sourceUrl);
	try {
		// To open a database makes one where there is none.
		if (operation.source === "not empty") await assertMigrations(source);
		return await Migrate.open(source, database, options);
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

async function runAndClose(migrate: Migrate, operation: Operation, { line, terminal }: Invocation): Promise<number> {
	const verbose = line.is("verbose");
	// The clock is a module that has to be loaded.
	const began = verbose ? performance.now() : 0;
	let exitCode: number;
	try {
		exitCode = await operation.run(migrate);
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

function optionsOf(line: CommandLine, terminal: Terminal, signal: AbortSignal | undefined): MigrateOptions {
	const prefetch = line.value("prefetch");
	const lockTimeout = line.value("lock-timeout");
	return {
		...(prefetch !== undefined && { prefetch: Number(prefetch) }),
		...(lockTimeout !== undefined && { lockTimeoutMs: Number(lockTimeout) * 1e3 }),
		...(signal !== undefined && { signal }),
		transaction: line.value("transaction") === "all" ? "all" : "each",
		onEvent: eventLines(terminal, { verbose: line.is("verbose"), now: () => performance.now() }),
	};
}
