import {
	absoluteDatabaseUrl,
	absoluteSourceUrl,
	databaseUrl,
	isMigrateError,
	isSameDatabase,
	sourceUrl,
} from "@godwit/core";
import { CommandError } from "../../command-line/command-error.ts";
import type { GivenUrl } from "../../command-line/given-url.ts";
import type { Settings } from "../../command-line/settings.ts";
import type { PluginConfig } from "../../plugins/register-plugin.ts";
import { registerBuiltins } from "./register-builtins.ts";
import { registerDriverOf, registerSourceOf } from "./register-schemes.ts";

/** What is done with URLs of one kind. */
interface UrlKind {
	register(url: string, config: PluginConfig | undefined): Promise<void>;
	/** The URL of what may be a path. */
	urlOf(given: string): string;
	absolute(url: string, folder: string): Promise<string>;
}

const databaseKind: UrlKind = { register: registerDriverOf, urlOf: databaseUrl, absolute: absoluteDatabaseUrl };
const sourceKind: UrlKind = { register: registerSourceOf, urlOf: sourceUrl, absolute: absoluteSourceUrl };

/** Returns the URL of the migrations, for the working directory, its source registered; undefined when the user did not say. */
export async function resolveSource(settings: Settings): Promise<string | undefined> {
	const given = settings.source();
	if (given !== undefined) return resolve(given, sourceKind, settings);
	// The default is one of them.
	registerBuiltins();
	return undefined;
}

/**
 * Returns the URL of the database, for the working directory, its driver registered.
 *
 * @throws CommandError when there is none, and when `-env` names one and the environment variables another.
 */
export async function requireDatabase(settings: Settings): Promise<string> {
	const given = settings.database();
	if (given === undefined) throw noDatabase(settings);
	const url = await resolve(given, databaseKind, settings);
	await assertNoOther(given, url, settings);
	return url;
}

/** A database of the configuration, for the working directory, its driver registered. */
export async function resolveDatabase(given: GivenUrl, settings: Settings): Promise<string> {
	return resolve(given, databaseKind, settings);
}

async function resolve(
	{ url: given, origin, folder }: GivenUrl,
	kind: UrlKind,
	{ environment, hide }: Settings,
): Promise<string> {
	try {
		await kind.register(given, environment?.config);
		const url = kind.urlOf(given);
		if (folder === undefined) return url;
		const resolved = await kind.absolute(url, folder);
		hide(resolved);
		// The URL as it is written is the shorter one in messages.
		return folder === process.cwd() ? url : resolved;
	} catch (error) {
		if (folder === undefined || !isMigrateError(error)) throw error;
		throw new CommandError(`${origin}: ${error.message}`, { cause: error });
	}
}

/** Two are told apart as the drivers do; a URL that no driver can read is another one. */
async function assertNoOther({ origin }: GivenUrl, url: string, settings: Settings): Promise<void> {
	const { environment, inherited } = settings;
	if (inherited === undefined || origin === "-database") return;
	if (environment?.named !== true || environment.takesFrom(inherited.origin)) return;
	if (await namesSame(inherited.url, url)) return;
	throw new CommandError(
		`${inherited.origin} names another database than the environment "${environment.name}" in ${environment.config.location}; unset it, or say which one with -database`,
	);
}

async function namesSame(inherited: string, url: string): Promise<boolean> {
	try {
		return await isSameDatabase(inherited, url);
	} catch (error) {
		if (isMigrateError(error)) return false;
		throw error;
	}
}

function noDatabase({ environment }: Settings): CommandError {
	if (environment?.named === true) {
		return new CommandError(
			`the environment "${environment.name}" in ${environment.config.location} has no database; write "database" there, or name it with -database (with -env no environment variable is taken)`,
		);
	}
	const inFile = environment === undefined ? "" : `, or write "database" in ${environment.config.location}`;
	return new CommandError(
		`no database; name it with -database, as in sqlite://app.db, or set GODWIT_DATABASE or DATABASE_URL${inFile}`,
	);
}
