import { MigrateError, withoutControlCharacters } from "@godwit/core";

const ADVICE: Readonly<Record<string, string>> = {
	ENOENT: "it is not there; put it back, or correct the source URL",
	ENOTDIR: "it is not a folder; name the folder that holds the migrations",
	EISDIR: "it is a folder; a migration must be a file",
	EACCES: "it may not be read; give this user the permission to",
	EPERM: "it may not be read; give this user the permission to",
	ELOOP: "its links lead to each other, and to no file; correct the link",
	EMFILE: "too many files are open; raise the limit",
};

/** Returns the error that says why a folder or a file of a source cannot be read, and what to do about it. */
export function sourceError(location: string, cause: unknown): MigrateError<"ERR_SOURCE"> {
	const { code = "", message } = cause as NodeJS.ErrnoException;
	// What the system refuses has a code.
	const what = code === "" ? message : `${ADVICE[code] ?? "the system refuses; see the cause"} (${message})`;
	const reason = `cannot read ${withoutControlCharacters(location)}: ${withoutControlCharacters(what)}`;
	return new MigrateError("ERR_SOURCE", reason, { location }, { cause });
}
