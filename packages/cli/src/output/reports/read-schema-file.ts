import { readFile, stat } from "node:fs/promises";
import { CommandError } from "../../command-line/command-error.ts";
import { usingFile } from "../text/file-failure.ts";

/** Reads a file that `dump` has printed. @throws CommandError when it cannot be read. */
export async function readSchemaFile(file: string): Promise<string> {
	const failed = `cannot read ${file}`;
	return usingFile({ failed, path: file, access: "read", advice: `write it with dump > ${file}` }, async () => {
		if ((await stat(file)).isDirectory()) {
			throw new CommandError(`${failed}: it is a folder; name the file that dump has written`);
		}
		return readFile(file, "utf8");
	});
}
