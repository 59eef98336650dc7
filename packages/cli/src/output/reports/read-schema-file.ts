import { readFile } from "node:fs/promises";
import { CommandError } from "../../command-line/command-error.ts";

/** Reads a file that `dump` has printed. @throws CommandError when it cannot be read. */
export async function readSchemaFile(file: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (cause) {
		throw new CommandError(`cannot read ${file}: ${reasonOf(cause as NodeJS.ErrnoException, file)}`, { cause });
	}
}

function reasonOf({ code, message }: NodeJS.ErrnoException, file: string): string {
	switch (code) {
		case "ENOENT":
			return `there is no such file; write it with dump > ${file}`;
		case "EISDIR":
			return "it is a folder; name the file that dump has written";
		default:
			return message;
	}
}
