import { MigrateError } from "@godwit/core";
import { headerOf } from "./header.ts";

/** A library without shared memory cannot share a WAL database. */
export function walRefusal(path: string, library: string): MigrateError<"ERR_DATABASE"> {
	const message = `${path} is in WAL mode, which ${library} cannot share with any other connection; migrate it with sqlite-native:// or sqlite-node://, or with x-wal=alone if nothing else uses it, not even now and then`;
	return new MigrateError("ERR_DATABASE", message, {});
}

/**
 * Returns whether a database is in WAL mode, by its header. See
 * https://sqlite.org/fileformat2.html#file_format_version_numbers. Opens and closes the file, see `headerOf`.
 */
export function isWal(path: string): boolean {
	return headerOf(path, 20)?.[18] === 2;
}
