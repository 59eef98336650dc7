import { statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { CommandError } from "../../command-line/command-error.ts";

/** What a command was about to do with a file or a folder. */
export interface FileUse {
	/** As a message begins: `cannot write the page report.html`. */
	readonly failed: string;
	/** The file or the folder. A relative one is from the working directory, and other paths in the message are too then. */
	readonly path: string;
	readonly access: "read" | "write";
	/** What to do about a file that is not there, or about something else in its place. Default: to move that away before writing, to look at the path for reading. */
	readonly advice?: string;
}

/** Says what could not be done with a file, what is in the way, and what to do about it. An error that is not the system's stays as it is. */
export function fileFailure(use: FileUse, cause: unknown): unknown {
	if (!isSystemError(cause)) return cause;
	return new CommandError(`${use.failed}: ${reasonOf(use, cause)}`, { cause });
}

/** @throws What `fileFailure` returns, for what `work` rejects with. */
export async function usingFile<T>(use: FileUse, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (cause) {
		throw fileFailure(use, cause);
	}
}

interface SystemError extends NodeJS.ErrnoException {
	readonly dest?: string;
}

function isSystemError(error: unknown): error is SystemError {
	return error instanceof Error && "syscall" in error && "code" in error;
}

function reasonOf(use: FileUse, { code, message, path, dest = path }: SystemError): string {
	// A link, or a file that is written first and then renamed, is another one than the user has named.
	const place = resolve(dest ?? use.path);
	const folder = shown(dirname(place), use);
	const { advice = use.access === "write" ? "move it away" : "look at the path" } = use;
	switch (code) {
		case "EEXIST":
		case "ENOTDIR":
			return `${shown(existing(place), use)} is a file and no folder; ${advice}`;
		case "EISDIR":
			return `${shown(place, use)} is a folder; ${advice}`;
		case "ENOENT":
			if (use.access === "read") return `there is no such file; ${advice}`;
			if (existing(place) !== dirname(place)) return `there is no folder ${folder}; make it first`;
			return `the system makes no file there; ${advice}`;
		case "EACCES":
		case "EPERM":
			return `this user may not ${use.access} it; look at the permissions of ${shown(place, use, "the file")} and of ${folder}`;
		case "EROFS":
			return `the file system of ${folder} can only be read; name a place that can be written`;
		case "ENOSPC":
		case "EDQUOT":
			return `there is no room left on the disk of ${folder}; make room, and try again`;
		case "ENAMETOOLONG":
			return "its name is longer than the file system takes; choose a shorter one";
		default:
			return `${message}; look at ${folder} and its permissions`;
	}
}

/** The nearest of a path and the folders above it that is there. */
function existing(path: string): string {
	// Below a file the system has no answer, or says that there is none.
	try {
		if (statSync(path, { throwIfNoEntry: false }) !== undefined) return path;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOTDIR") throw error;
	}
	return existing(dirname(path));
}

function shown(place: string, { path }: FileUse, same = "it"): string {
	if (place === resolve(path)) return same;
	return isAbsolute(path) ? place : relative(process.cwd(), place) || ".";
}
