import { type Browser, chromium } from "playwright-core";
import { pathOfChromium } from "./find-chromium.ts";

/** Starts the Chromium of this machine, without a window. */
export async function launchChromium(): Promise<Browser> {
	// A container's user is often root, for whom Chromium has no sandbox.
	return chromium.launch({ executablePath: pathOfChromium() ?? "chromium", args: ["--no-sandbox"] });
}
