import type { Driver, LockOptions } from "./driver/driver.ts";
import type { DriverFactory } from "./driver/driver-factory.ts";
import { noteScheme } from "./driver/driver-scheme.ts";
import { MigrateError } from "./migrate-error.ts";
import type { Source, SourceFactory } from "./source/source.ts";
import { type UrlOrPath, urlOfGiven } from "./url/given-url.ts";
import { SCHEME, schemeOfUrl } from "./url/scheme-of-url.ts";
import { unknownDriver, unknownSource } from "./url/unknown-scheme.ts";

const drivers = new Map<string, DriverFactory>();
const sources = new Map<string, SourceFactory>();

/**
 * Makes a driver available under a URL scheme. Go: database.Register.
 *
 * @param name The scheme without `:`, as RFC 3986 allows it; letters in lower case.
 * @throws MigrateError `ERR_DUPLICATE_DRIVER` when the name is taken.
 */
export function register(name: string, factory: DriverFactory): void {
	assertSchemeName(name);
	if (drivers.has(name)) {
		throw new MigrateError("ERR_DUPLICATE_DRIVER", `a driver named "${name}" is registered already`, { name });
	}
	drivers.set(name, factory);
}

/**
 * Makes a source available under a URL scheme. Go: source.Register.
 *
 * @throws MigrateError `ERR_DUPLICATE_SOURCE` when the name is taken.
 */
export function registerSource(name: string, factory: SourceFactory): void {
	assertSchemeName(name);
	if (sources.has(name)) {
		throw new MigrateError("ERR_DUPLICATE_SOURCE", `a source named "${name}" is registered already`, { name });
	}
	sources.set(name, factory);
}

/** Lists the registered driver schemes in alphabetical order. Go: database.List. */
export function registeredDrivers(): readonly string[] {
	return [...drivers.keys()].sort();
}

/** Lists the registered source schemes in alphabetical order. Go: source.List. */
export function registeredSources(): readonly string[] {
	return [...sources.keys()].sort();
}

/**
 * Returns the URL of a database that was given as a URL, as a path or as a `file:` URL of class `URL`.
 *
 * A path begins with `./`, `../`, `/` or a Windows drive, and is literal. It goes to the first registered driver that takes
 * paths; with `godwit` that is the one of `sqlite://`. A relative one starts from the working directory:
 * `new URL("./app.db", import.meta.url)` starts from the module. Any other text stays as it is.
 *
 * @throws TypeError for what is neither a text nor a `URL`.
 */
export function databaseUrl(database: UrlOrPath): string {
	return urlOfGiven(database, "database", pathScheme(drivers), [...drivers.keys()]);
}

/** As `databaseUrl`, for migrations: a path goes to the first registered source that takes paths, the one of `file://`. */
export function sourceUrl(source: UrlOrPath): string {
	return urlOfGiven(source, "source", pathScheme(sources), [...sources.keys()]);
}

/**
 * Opens a database by URL with the driver that its scheme names, or by path, see `databaseUrl`. Go: database.Open.
 *
 * @throws MigrateError `ERR_INVALID_URL` also for a URL with a control character, and for a path that does not begin as one;
 *   `ERR_UNKNOWN_DRIVER`; whatever the driver's `open` throws. @throws TypeError as `databaseUrl`.
 */
export async function openDriver(database: UrlOrPath): Promise<Driver> {
	const url = databaseUrl(database);
	const driver = await driverFactory(url).open(url);
	noteScheme(driver, url.slice(0, url.indexOf(":")).toLowerCase());
	return driver;
}

/**
 * Clears locks that a person knows to be left behind; see `DriverFactory.breakLocks`.
 *
 * @throws MigrateError `ERR_UNSUPPORTED` when the driver has no `breakLocks`, and as `openDriver`.
 */
export async function breakLocks(
	database: UrlOrPath,
	confirm: (holder: string) => Promise<boolean>,
	options: Pick<LockOptions, "timeoutMs"> = {},
): Promise<number> {
	const url = databaseUrl(database);
	const factory = driverFactory(url);
	if (factory.breakLocks === undefined) {
		const message = `the driver of ${url.slice(0, url.indexOf(":"))}:// cannot clear a lock (it has no breakLocks); see its documentation for the lock of a process that is gone`;
		throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "breakLocks" });
	}
	return factory.breakLocks(url, confirm, options);
}

/**
 * Opens a source by URL with the source that its scheme names, or by path, see `sourceUrl`. Go: source.Open.
 *
 * @throws MigrateError `ERR_INVALID_URL` also for a URL with a control character, and for a path that does not begin as one;
 *   `ERR_UNKNOWN_SOURCE`; whatever the source's `open` throws. @throws TypeError as `sourceUrl`.
 */
export async function openSource(source: UrlOrPath): Promise<Source> {
	const url = sourceUrl(source);
	return sourceFactory(url).open(url);
}

/**
 * Makes the relative path in a database URL absolute; a URL whose driver has no `absoluteUrl` stays as it is.
 *
 * @param folder An absolute path, which a relative one starts from.
 * @throws MigrateError as `openDriver` for a URL that cannot be read.
 */
export async function absoluteDatabaseUrl(database: UrlOrPath, folder: string): Promise<string> {
	const url = databaseUrl(database);
	return (await driverFactory(url).absoluteUrl?.(url, folder)) ?? url;
}

/**
 * Makes the relative path in a source URL absolute; a URL whose source has no `absoluteUrl` stays as it is.
 *
 * @param folder An absolute path, which a relative one starts from.
 * @throws MigrateError as `openSource` for a URL that cannot be read.
 */
export async function absoluteSourceUrl(source: UrlOrPath, folder: string): Promise<string> {
	const url = sourceUrl(source);
	return (await sourceFactory(url).absoluteUrl?.(url, folder)) ?? url;
}

/**
 * Returns whether two URLs name one database, as their drivers tell; see `DriverFactory.identityOf`.
 *
 * @throws MigrateError as `openDriver` for a URL that cannot be read.
 */
export async function isSameDatabase(one: UrlOrPath, other: UrlOrPath): Promise<boolean> {
	const [ofOne, ofOther] = [await databaseIdentities(one), await databaseIdentities(other)];
	return ofOne.some((identity) => ofOther.includes(identity));
}

async function databaseIdentities(database: UrlOrPath): Promise<readonly string[]> {
	const url = databaseUrl(database);
	return [(await driverFactory(url).identityOf?.(url)) ?? withoutUserAndOptions(url)].flat();
}

/** A user may hold an `@` that should have been encoded. The name of a host has no case. */
function withoutUserAndOptions(url: string): string {
	const [, scheme = "", host = "", path = ""] = /^([^:]*):(?:\/\/)?(?:[^/?]*@)?([^/?]*)([^?]*)/s.exec(url) ?? [];
	return `${scheme.toLowerCase()}://${host.toLowerCase()}${path}`;
}

/** The first registered scheme whose URLs hold paths. */
function pathScheme(factories: ReadonlyMap<string, DriverFactory | SourceFactory>): string | undefined {
	return [...factories].find(([, { takesPaths }]) => takesPaths === true)?.[0];
}

function sourceFactory(url: string): SourceFactory {
	const scheme = schemeOfUrl(url, "source", [...sources.keys()]);
	const factory = sources.get(scheme);
	if (factory === undefined) throw unknownSource(scheme, registeredSources());
	return factory;
}

function driverFactory(url: string): DriverFactory {
	const schemes = [...drivers.keys()];
	const scheme = schemeOfUrl(url, "database", schemes);
	const factory = drivers.get(scheme);
	if (factory === undefined) throw unknownDriver(url, scheme, schemes);
	return factory;
}

function assertSchemeName(name: string): void {
	if (!SCHEME.test(name)) {
		throw new TypeError(`"${name}" is not a URL scheme: lower-case letters, digits, "+", "." and "-"`);
	}
}
