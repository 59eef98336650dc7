import type { Statement } from "@godwit/sql";
import { readName } from "./read-name.ts";
import { readPragma } from "./read-pragma.ts";
import { nextToken } from "./split/tokens.ts";

/** What `PRAGMA [schema.]journal_mode = mode` or `PRAGMA [schema.]journal_mode(mode)` asks for. */
export interface JournalModeRequest {
	/** `main` where the statement names none: SQLite then changes all databases, and answers with this one's mode. */
	readonly schema: string;
	/** In lower case, whether there is such a mode or not. */
	readonly mode: string;
}

/** Returns what the statement asks for, with all names quoted in any way; `undefined` for any other statement. */
export function journalModeRequest({ keyword, sql }: Statement): JournalModeRequest | undefined {
	const pragma = keyword === "PRAGMA" ? readPragma(sql) : undefined;
	if (pragma?.name !== "journal_mode") return undefined;
	const assignment = nextToken(sql, pragma.end);
	if (assignment === undefined || !/[=(]/.test(sql.charAt(assignment.start))) return undefined;
	// `==` is an assignment too.
	const valueAt = assignment.end + (sql.startsWith("==", assignment.start) ? 1 : 0);
	const mode = readName(sql, valueAt)?.name.toLowerCase() ?? "";
	return { schema: pragma.schema ?? "main", mode };
}
