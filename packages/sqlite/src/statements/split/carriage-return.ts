import { skipEmptyStatements } from "./split-statements.ts";
import { beginsComment, commentsIn } from "./tokens.ts";

/**
 * Finds a statement that a `--` comment hides because its line ends in a carriage return, as on old Macs.
 *
 * For SQLite only a line feed ends the comment. A file with carriage returns alone that begins with a comment is one
 * comment, and would be recorded as applied although none of it ran. Comments before a statement are not looked at: such a
 * file has line feeds, and runs as SQLite and golang-migrate read it.
 *
 * @param gap Comments, white space and `;` only.
 * @returns The offset of the carriage return before the first such statement; -1 when there is none.
 */
export function hidingCarriageReturn(gap: string): number {
	if (!gap.includes("\r")) return -1;
	for (const { 0: comment, index } of commentsIn(gap)) {
		if (comment.startsWith("/*")) continue;
		const lines = comment.replaceAll("\r", "\n");
		const hidden = skipEmptyStatements(lines, 0);
		if (hidden < lines.length && !beginsComment(lines, hidden)) return index + comment.lastIndexOf("\r", hidden);
	}
	return -1;
}
