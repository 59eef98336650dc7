import { skipEmptyStatements } from "./split-statements.ts";
import { beginsComment, commentsIn } from "./tokens.ts";

/**
 * Returns the offset of the first carriage return after which a `--` comment holds what would be a statement if the
 * carriage return ended the line, as it did on old Macs; -1 when there is none.
 *
 * For SQLite only a line feed ends the comment. A file of carriage returns that begins with a comment is nothing but
 * that comment, and would be recorded as applied though nothing of it ran. Comments that a statement follows are not
 * asked about: such a file has line feeds, and runs as SQLite and golang-migrate read it.
 *
 * @param gap holds comments, white space and `;` only
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
