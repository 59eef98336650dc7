import type { RehearsalReport } from "@godwit/core";
import type { Invocation } from "../../command-line/command.ts";
import { hideSecretsOfUrl } from "../text/hide-secrets.ts";
import { printableLine } from "../text/printable.ts";
import { rehearsalDocument } from "./rehearsal-document.ts";
import { rehearsalLines } from "./rehearsal-lines.ts";

/** The exit code of a rehearsal that is not clean. */
export const EXIT_NOT_CLEAN = 4;

export interface ShowRehearsal {
	/** The URL of the database. */
	readonly database: string;
	/** Where the page goes; undefined for none. */
	readonly html: string | undefined;
}

/**
 * Prints a rehearsal, and writes its page.
 *
 * @returns The exit code: 0, or 4 when it is not clean.
 * @throws CommandError when the page cannot be written.
 */
export async function showRehearsal(
	report: RehearsalReport,
	{ database: url, html }: ShowRehearsal,
	{ line, print }: Invocation,
): Promise<number> {
	const [database = ""] = hideSecretsOfUrl(url).split("?");
	if (line.is("json")) print(rehearsalDocument(report, database));
	else for (const text of rehearsalLines(report)) print(printableLine(text));
	if (html !== undefined) {
		const { writeRehearsalPage } = await import("../rehearsal-page/write-page.ts");
		writeRehearsalPage(html, report, database);
	}
	return report.clean ? 0 : EXIT_NOT_CLEAN;
}
