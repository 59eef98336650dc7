import { textBody } from "../body/migration-body.ts";
import type { Driver } from "../driver/driver.ts";
import { unsupported } from "../driver/unsupported.ts";
import type { CorrectedText } from "../effects/correction.ts";
import type { MigrationFile } from "../migration.ts";
import type { Source } from "../source/source.ts";
import { TrialDatabase } from "./trial-database.ts";

/** A file whose text was corrected. */
export interface CorrectedFile extends CorrectedText {
	readonly file: MigrationFile;
}

/** Files that were corrected, and the source with them in place of those that are there. */
export interface CorrectedSource {
	readonly files: readonly CorrectedFile[];
	readonly source: Source;
}

/**
 * Corrects what the database refuses in the files of a source, and what can be written otherwise without another meaning. Each is
 * corrected on an empty database that the files below it have filled. Nothing is written.
 *
 * @throws MigrateError `ERR_UNSUPPORTED` for a driver that corrects nothing, or has no `scratch`.
 */
export async function correctFiles(source: Source, driver: Driver): Promise<CorrectedSource> {
	const files: CorrectedFile[] = [];
	const corrected = new Map<string, MigrationFile>();
	const asCorrected = (file: MigrationFile | undefined): MigrationFile | undefined =>
		file && (corrected.get(file.location) ?? file);
	const overlay: Source = {
		...source,
		readUp: async (version) => asCorrected(await source.readUp(version)),
		readDown: async (version) => asCorrected(await source.readDown(version)),
	};
	await using database = await TrialDatabase.open(overlay, driver);
	async function correct(file: MigrationFile | undefined): Promise<void> {
		if (file === undefined) return;
		const result = await database.correct(await file.body.text());
		if (result === undefined) throw unsupported(driver, "correct");
		if (result.corrections.length === 0) return;
		files.push({ file, ...result });
		corrected.set(file.location, { ...file, body: textBody(result.text) });
	}
	for (const version of await source.versions()) {
		await correct(await source.readUp(version));
		if ((await database.up(version)) !== undefined) break;
		await correct(await source.readDown(version));
	}
	return { files, source: overlay };
}
