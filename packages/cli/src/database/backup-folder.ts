import { stat } from "node:fs/promises";
import { fileFailure } from "../output/text/file-failure.ts";

/**
 * Refuses a place for backups that is there and is no folder, before anything is opened. The driver tells of one that is not there.
 *
 * @throws CommandError
 */
export async function assertBackupFolder(directory: string): Promise<void> {
	const use = {
		failed: `cannot make a backup in ${directory}`,
		path: directory,
		access: "write",
		advice: "name a folder",
	} as const;
	try {
		// What ends with a separator the system takes for a folder alone.
		await stat(`${directory}/`);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw fileFailure(use, cause);
	}
}
