import type { Driver, LockOptions } from "./driver.ts";

/** Opens a driver by URL. Go: database.Driver.Open. */
export interface DriverFactory {
	/** @throws MigrateError `ERR_INVALID_URL`, `ERR_INVALID_OPTION`, `ERR_DATABASE`. Leaves nothing open on failure. */
	open(url: string): Promise<Driver>;

	/**
	 * Optional: clears locks on a database that a person knows to be left behind.
	 *
	 * @param confirm Asked for each lock that is held, with a text that says by whom; false keeps it.
	 * @param options How long to wait for a database server, see `Driver.ready`; a database without one does not look at it.
	 * @returns How many locks were cleared.
	 */
	breakLocks?(
		url: string,
		confirm: (holder: string) => Promise<boolean>,
		options?: Pick<LockOptions, "timeoutMs">,
	): Promise<number>;

	/**
	 * Optional: whether the URLs are `scheme://PATH`, with `%` and `?` of the path percent-encoded. A path that is given in
	 * place of a URL, as `./app.db`, goes to the first registered driver with true. Default false.
	 */
	readonly takesPaths?: boolean;

	/**
	 * Optional, for databases in files: returns the URL with a relative path in it made absolute. Opens and makes nothing.
	 *
	 * @param folder An absolute path, which a relative one starts from instead of the working directory.
	 * @throws MigrateError as `open` for a URL that cannot be read.
	 */
	absoluteUrl?(url: string, folder: string): Promise<string>;

	/**
	 * Optional: returns a text that is the same for all URLs that name one database, however they are spelt, and no other's; several for
	 * a URL that names several places of it, of which another URL need have only one. Opens and makes nothing. Without it two URLs
	 * name one database when they differ in nothing but user, password and options.
	 *
	 * @throws MigrateError as `open` for a URL that cannot be read.
	 */
	identityOf?(url: string): Promise<string | readonly string[]>;
}
