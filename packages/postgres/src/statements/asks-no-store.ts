import { isMigrateError } from "@godwit/core";
import { readText } from "./read-body.ts";

/**
 * Returns whether a file says `-- godwit: no-store` before its first statement. So does one that cannot be read: it may mean
 * this, and it does not run.
 */
export function asksNoStore(text: string): boolean {
	try {
		return readText(text).directives.has("no-store");
	} catch (error) {
		if (!isMigrateError(error, "ERR_INVALID_BODY")) throw error;
		return true;
	}
}
