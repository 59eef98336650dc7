import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CommandError } from "../command-line/command-error.ts";
import { fileFailure } from "../output/text/file-failure.ts";

/**
 * Nobody should answer a question about a file that is not there, and the lock of a restore makes a database where there is none.
 *
 * @throws CommandError
 */
export async function assertBackupFile(file: string): Promise<void> {
	const path = resolve(file);
	let found: Awaited<ReturnType<typeof stat>>;
	try {
		found = await stat(path);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "ENOENT") {
			const advice = "name the backup itself";
			throw fileFailure({ failed: `cannot read ${file}`, path: file, access: "read", advice }, cause);
		}
		throw new CommandError(`there is no file ${path}; look at the path`, { cause });
	}
	if (!found.isFile()) throw new CommandError(`${path} is not a file; name the backup itself`);
}
