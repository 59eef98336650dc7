import { cleanUpAfter } from "../clean-up-after.ts";
import type { Driver } from "../driver/driver.ts";
import { openDriver, openSource } from "../registry.ts";
import type { Source } from "../source/source.ts";
import { isUrlOrPath, type UrlOrPath } from "../url/given-url.ts";
import { assertDriver, assertSource } from "./arguments.ts";
import { assertOptions, type MigrateOptions } from "./migrate-options.ts";

/** A source and a database that are open. */
export interface Opened {
	readonly source: Source;
	readonly driver: Driver;
}

/**
 * Opens what is given by URL or by path. After a failure nothing that was opened here stays open.
 *
 * @throws TypeError for what is neither, before anything is opened.
 */
export async function openBoth<T>(
	source: UrlOrPath | Source,
	database: UrlOrPath | Driver,
	options: MigrateOptions,
	make: (opened: Opened) => T,
): Promise<T> {
	assertOptions(options);
	if (!isUrlOrPath(source)) assertSource(source);
	if (!isUrlOrPath(database)) assertDriver(database);
	const openedSource = isUrlOrPath(source) ? await openSource(source) : source;
	try {
		const driver = isUrlOrPath(database) ? await openDriver(database) : database;
		return make({ source: openedSource, driver });
	} catch (error) {
		if (!isUrlOrPath(source)) throw error;
		throw await cleanUpAfter(error, () => openedSource.close());
	}
}
