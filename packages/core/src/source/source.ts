import type { MigrationFile } from "../migration.ts";
import type { Version } from "../version.ts";
import type { Seal } from "./seal.ts";

/**
 * Where migrations come from: an ordered set of versions, each with an up file, a down file or both. Go: source.Driver.
 *
 * A source is read-only and its answers do not change while it is open. "There is none" is `undefined`; a failure is
 * an error, never "there is none".
 */
export interface Source extends AsyncDisposable {
	/** Names the place for messages: a folder, a URL. Without secrets. */
	readonly location: string;
	/** Lists every version once, in ascending order. Go: First, Prev and Next. */
	versions(): Promise<readonly Version[]>;
	/** Returns the up file without reading it yet. */
	readUp(version: Version): Promise<MigrationFile | undefined>;
	/** Returns the down file without reading it yet. */
	readDown(version: Version): Promise<MigrationFile | undefined>;
	/**
	 * Optional: reads what `godwit.sum` beside the files says of them; `undefined` where there is none.
	 *
	 * @throws MigrateError `ERR_SEAL`, `ERR_SOURCE`.
	 */
	readSeal?(): Promise<Seal | undefined>;
	/** Releases what the source holds. A second call does nothing. */
	close(): Promise<void>;
}

/** Opens a source by URL. Go: source.Driver.Open. */
export interface SourceFactory {
	/**
	 * @throws MigrateError `ERR_INVALID_URL`, `ERR_SOURCE`, `ERR_DUPLICATE_MIGRATION`, `ERR_MIGRATION_NAME`.
	 */
	open(url: string): Promise<Source>;

	/**
	 * Optional: whether the URLs are `scheme://PATH`, with `%` and `?` of the path percent-encoded. A path that is given in
	 * place of a URL, as `./migrations`, goes to the first registered source with true. Default false.
	 */
	readonly takesPaths?: boolean;

	/**
	 * Optional, for migrations in files: returns the URL with a relative path in it made absolute. Opens nothing.
	 *
	 * @param folder An absolute path, which a relative one starts from instead of the working directory.
	 * @throws MigrateError as `open` for a URL that cannot be read.
	 */
	absoluteUrl?(url: string, folder: string): Promise<string>;
}
