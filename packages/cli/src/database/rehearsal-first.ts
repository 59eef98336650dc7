import type { MigrateEvent, RehearseOptions } from "@godwit/core";
import type { WantedRehearsal } from "../command-line/flags/rehearse-flags.ts";
import { writeRehearsalPage } from "../output/rehearsal-page/write-page.ts";
import { hideSecretsOfUrl } from "../output/text/hide-secrets.ts";

/** A rehearsal that comes before the migrations of a command. */
export interface RehearsalFirst {
	readonly options: RehearseOptions;
	/** Writes the page. @throws CommandError when that cannot be done; then nothing runs. */
	onEvent(event: MigrateEvent): void;
}

/** @param url Of the database. */
export function rehearsalFirst({ html, ...options }: WantedRehearsal, url: string): RehearsalFirst {
	const [database = ""] = hideSecretsOfUrl(url).split("?");
	return {
		options,
		onEvent(event) {
			if (event.type === "rehearsal" && html !== undefined) writeRehearsalPage(html, event.report, database);
		},
	};
}
