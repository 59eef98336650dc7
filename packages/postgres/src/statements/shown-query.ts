import { tokensOf, UnclosedText } from "./tokens.ts";

/** In UTF-16 units. */
const MAX_LENGTH = 200;

const STRING = /^(?:[ebxn]|u&)?'|^\$.*\$/is;

/**
 * Returns a query of another session as it may be shown: on one line, and without what is in its strings, where passwords and
 * people's data are.
 *
 * @param query As the server has it, which cuts a long one off.
 */
export function shownQuery(query: string): string {
	let shown = "";
	let at = 0;
	try {
		for (const { start, end } of tokensOf(query)) {
			if (!STRING.test(query.slice(start, end))) continue;
			shown += `${query.slice(at, start)}'...'`;
			at = end;
		}
		shown += query.slice(at);
	} catch (error) {
		if (!(error instanceof UnclosedText)) throw error;
		shown += `${query.slice(at, error.start)}...`;
	}
	return shown.replaceAll(/\s+/g, " ").trim().slice(0, MAX_LENGTH);
}
