import { MigrateError } from "@godwit/core";
import { headerOf } from "./header.ts";

/** A library that was built without UTF-16 says of such a database that it is damaged. */
export function utf16Refusal(path: string, library: string): MigrateError<"ERR_DATABASE"> {
	const message = `${path} has its texts in UTF-16, which ${library} cannot read; use sqlite-native:// or sqlite-node://`;
	return new MigrateError("ERR_DATABASE", message, {});
}

/**
 * Returns whether a database has its texts in UTF-16, by its header. See https://sqlite.org/fileformat2.html#text_encoding. Opens and
 * closes the file, see `headerOf`.
 */
export function isUtf16(path: string): boolean {
	const encoding = headerOf(path, 60)?.[59];
	return encoding === 2 || encoding === 3;
}
