import { isMigrateError } from "@godwit/core";
import { directivesOf } from "./split/split-part.ts";

/**
 * Returns whether a file says `-- godwit: no-store` before its first statement. So does one with a directive that cannot be
 * read: it may mean this one, and it does not run.
 */
export function asksNoStore(text: string): boolean {
	try {
		return directivesOf(text).has("no-store");
	} catch (error) {
		if (!isMigrateError(error, "ERR_INVALID_BODY")) throw error;
		return true;
	}
}
