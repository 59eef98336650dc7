import { fstatSync } from "node:fs";

/**
 * Returns false where something is no terminal for certain: a pipe and a file. To ask the streams of `process` would make them,
 * which takes longer than a short command.
 *
 * @param descriptor 1 for standard output, 2 for standard error.
 */
export function mayBeTerminal(descriptor: number): boolean {
	try {
		return fstatSync(descriptor).isCharacterDevice();
	} catch {
		// A service of Windows has none. The stream of `process` then takes what is written, and loses it.
		return true;
	}
}
