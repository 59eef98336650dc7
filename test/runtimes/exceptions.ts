import type { DriverName } from "./runtimes.ts";

/** What does not hold in a runtime, and is not godwit's to cure. */
export interface Exception {
	readonly runtime: string;
	/** Whose laws they are. */
	readonly driver: DriverName;
	readonly laws: readonly string[];
	/** One sentence for the page, without its end. */
	readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [
	{
		runtime: "Deno with the least",
		driver: "sqlite-node",
		laws: [
			"history/goes-with-drop",
			"drop/leaves-nothing",
			"drop/can-be-migrated-again",
			"drop/of-an-empty-database",
			"drop/keeps-the-lock",
			"model/agrees-with-variables",
			"engine/drop-starts-over",
			"engine/what-was-read-is-what-runs",
			"engine/gives-the-lock-back",
			"engine/refuses-what-has-no-stored-text",
		],
		reason:
			"`drop` has emptied the database when it fails at VACUUM: without `--allow-all` Deno lets node:sqlite attach no file, which VACUUM does, and a file of yours with ATTACH",
	},
];

/** The laws that a driver breaks in a runtime. */
export function expectedBroken(runtime: string, driver: DriverName): readonly string[] {
	return EXCEPTIONS.filter((one) => one.runtime === runtime && one.driver === driver).flatMap(({ laws }) => laws);
}
