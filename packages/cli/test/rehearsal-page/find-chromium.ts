import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** Why there is no page to look at; `undefined` where there is a Chromium. */
export function missingChromium(): string | undefined {
	if (pathOfChromium() !== undefined) return undefined;
	return "no Chromium was found; install one (apt-get install chromium), or name it with GODWIT_TEST_CHROMIUM";
}

/** Returns the Chromium of this machine. */
export function pathOfChromium(): string | undefined {
	const given = process.env.GODWIT_TEST_CHROMIUM;
	if (given !== undefined) return given;
	const folders = (process.env.PATH ?? "").split(delimiter);
	return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
