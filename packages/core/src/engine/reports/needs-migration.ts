import { cleanUpAfter } from "../../clean-up-after.ts";
import type { Driver } from "../../driver/driver.ts";
import { openDriver, openSource } from "../../registry.ts";
import type { Source } from "../../source/source.ts";
import { isUrlOrPath, type UrlOrPath } from "../../url/given-url.ts";
import { Migrate } from "../migrate.ts";
import type { MigrateOptions } from "../migrate-options.ts";

/**
 * Returns whether `up` would run anything: one read of the database where its history agrees with the source, as it does in a
 * database that is up to date. Takes no lock, and writes nothing.
 *
 * @param source A URL or a path, or a source that is open; that stays open.
 * @param database A URL or a path, or a driver that is open; that stays open.
 * @throws MigrateError what `Migrate.plan` throws: the reasons for which `up` would refuse to run.
 */
export async function needsMigration(
	source: UrlOrPath | Source,
	database: UrlOrPath | Driver,
	options: MigrateOptions = {},
): Promise<boolean> {
	const ask = (opened: Source): Promise<boolean> =>
		during(isUrlOrPath(database) ? () => openDriver(database) : database, async (driver) => {
			const migrate = new Migrate({ ...options, source: opened, driver });
			return (await migrate.plan({ kind: "up" })).migrations.length > 0;
		});
	return during(isUrlOrPath(source) ? () => openSource(source) : source, ask);
}

/** Closes what it opens. */
async function during<T extends Source | Driver, R>(
	given: T | (() => Promise<T>),
	work: (opened: T) => Promise<R>,
): Promise<R> {
	if (typeof given !== "function") return work(given);
	const opened = await given();
	let result: R;
	try {
		result = await work(opened);
	} catch (error) {
		throw await cleanUpAfter(error, () => opened.close());
	}
	await opened.close();
	return result;
}
