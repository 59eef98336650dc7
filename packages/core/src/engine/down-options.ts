import { typeOf } from "../url/given-url.ts";
import type { StoredDown } from "./stored-down.ts";

export interface DownOptions {
	/**
	 * What `storedDown` has returned: the migrations to revert, newest first, with these texts in place of their files. It is
	 * refused when anything else would be reverted now. Without it the files revert every migration.
	 */
	readonly stored?: readonly StoredDown[];
}

const INSTEAD = "without arguments it reverts every migration, and steps(-1) reverts the last one";

/** @throws TypeError for what would revert everything although it asks for less. */
export function storedOf(options: DownOptions): DownOptions["stored"] {
	if (typeof options !== "object" || options === null || Array.isArray(options)) {
		throw new TypeError(`down() takes { stored }, not ${typeOf(options)}; ${INSTEAD}`);
	}
	const unknown = Object.keys(options).find((name) => name !== "stored");
	if (unknown !== undefined) throw new TypeError(`down() has no option ${unknown}, only stored; ${INSTEAD}`);
	if ("stored" in options && !Array.isArray(options.stored)) {
		throw new TypeError("stored is what storedDown() has returned, an array");
	}
	return options.stored;
}
