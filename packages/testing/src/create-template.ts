import { tmpdir } from "node:os";
import { resolve } from "node:path";
// The drivers and sources that come with it.
import "godwit";
import {
	absoluteDatabaseUrl,
	assertMigrations,
	nearestName,
	openSource,
	type Source,
	type UrlOrPath,
} from "@godwit/core";
import { defaultCacheFolder } from "./cache-folder.ts";
import { keptTemplate } from "./kept-template.ts";
import { type Template, templateOf } from "./template.ts";
import { templateKey } from "./template-key.ts";
import { templateUrl } from "./template-url.ts";

export interface TemplateOptions {
	/** Where the migrations come from: the URL or the path of a source, or one that is open and that `createTemplate` closes. */
	readonly source: UrlOrPath | Source;
	/**
	 * Which driver makes the database, and its options: a database URL without a path, such as `sqlite-node://` or
	 * `sqlite-native://?x-foreign-keys=true`. It has to be a driver of databases in one file.
	 */
	readonly database: string;
	/** Where templates are kept, shared by all processes. Default: `node_modules/.cache/godwit-testing` beside the nearest package.json. */
	readonly cacheFolder?: string;
	/** How long to wait for another process that makes the same template, in milliseconds. Default 120,000. */
	readonly timeoutMs?: number;
}

const TIMEOUT_MS = 120_000;

const NAMES = ["source", "database", "cacheFolder", "timeoutMs"] as const satisfies readonly (keyof TemplateOptions)[];

/**
 * Makes a template: a database on which all migrations of a source have run. They run once for a set of migrations, whichever
 * process comes first; the others wait for it, and later ones read what it has kept. A template of other migrations is another one.
 *
 * What a migration takes from the clock or at random is the same in all copies, and stays until the template is made again.
 *
 * @throws MigrateError `ERR_NO_MIGRATIONS`; `ERR_MIGRATION_FAILED` as `Migrate.up`, for the migration that fails;
 *   `ERR_INVALID_URL` also for a database URL with a path; `ERR_LOCK_TIMEOUT` when another process has been at it for all of
 *   `timeoutMs`; `ERR_DATABASE` also for a folder that cannot be written; `ERR_UNSUPPORTED` for a driver that keeps its database
 *   elsewhere than in one file; what `openSource` and `openDriver` throw. Nothing is kept of a template that was not finished.
 */
export async function createTemplate(options: TemplateOptions): Promise<Template> {
	assertOptions(options);
	const { source: wanted, database, cacheFolder = defaultCacheFolder(), timeoutMs = TIMEOUT_MS } = options;
	const url = templateUrl(database);
	const folder = resolve(cacheFolder);
	// Reads the URL, so that a wrong one fails before anything is made. Which file it names is nothing to it.
	await absoluteDatabaseUrl(url.of("template.db"), tmpdir());
	await using source = isOpen(wanted) ? wanted : await openSource(wanted);
	await assertMigrations(source);
	const key = await templateKey(source, url);
	return templateOf(await keptTemplate({ folder, key, url, source, timeoutMs }));
}

function isOpen(source: UrlOrPath | Source): source is Source {
	return typeof source === "object" && "versions" in source && typeof source.versions === "function";
}

/** For code without types, and for an empty variable of the environment. */
function assertOptions(options: TemplateOptions = {} as TemplateOptions): void {
	const { source, database, cacheFolder, timeoutMs = TIMEOUT_MS, ...others } = options;
	const [unknown] = Object.keys(others).filter((name) => !(NAMES as readonly string[]).includes(name));
	if (unknown !== undefined) {
		const nearest = nearestName(unknown, NAMES);
		const hint = nearest === undefined ? `known are ${NAMES.join(", ")}` : `did you mean ${nearest}?`;
		throw new TypeError(`createTemplate has no option ${unknown}; ${hint}`);
	}
	if (
		typeof source !== "string" &&
		!(typeof source === "object" && source !== null && ("href" in source || isOpen(source)))
	) {
		throw new TypeError("source must be the URL of a source, such as file://migrations, a path, or an open one");
	}
	if (typeof database !== "string")
		throw new TypeError("database must be a URL without a path, such as sqlite-node://");
	if (cacheFolder !== undefined && (typeof cacheFolder !== "string" || cacheFolder === "")) {
		throw new TypeError(`cacheFolder must be the path of a folder, not ${JSON.stringify(cacheFolder)}`);
	}
	if (!(timeoutMs >= 0)) throw new TypeError(`timeoutMs must be a number of at least 0, not ${timeoutMs}`);
}
