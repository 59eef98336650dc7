import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** Starts the Chromium of this machine, without a window. @throws when there is none. */
export async function launchChromium(): Promise<Browser> {
	// A container's user is often root, for whom Chromium has no sandbox.
	return chromium.launch({ executablePath: pathOfChromium(), args: ["--no-sandbox"] });
}

function pathOfChromium(): string {
	const given = process.env.GODWIT_TEST_CHROMIUM;
	if (given !== undefined) return given;
	const folders = (process.env.PATH ?? "").split(delimiter);
	const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
	if (found !== undefined) return found;
	throw new Error(
		"no Chromium was found; install one (apt-get install chromium), or name it with GODWIT_TEST_CHROMIUM",
	);
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
