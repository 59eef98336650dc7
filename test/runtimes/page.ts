import { table } from "../bench/format.ts";
import { EXCEPTIONS, expectedBroken } from "./exceptions.ts";
import { SERVER_KINDS } from "./postgres-servers.ts";
import { DENO_PERMISSIONS, type DriverName, SQLITE_DRIVERS } from "./runtimes.ts";

/** What was found of a runtime beside the laws. */
export interface RuntimeFacts {
	readonly name: string;
	readonly version: string;
	/** The version of SQLite in its node:sqlite. */
	readonly sqlite: string;
	/** What `sqlite://` takes where better-sqlite3 is installed. */
	readonly defaultBackend: string;
	/** What was run of the command's tests. */
	readonly command: string;
}

const PART = /(?<=<!-- written by pnpm test:runtimes -->\n).*?(?=<!-- end -->)/s;

/** What the laws are tried on, in the order of the columns. */
const COLUMNS: readonly (readonly [title: string, driver: DriverName])[] = [
	...SQLITE_DRIVERS.map((driver) => [driver, driver] as const),
	...SERVER_KINDS.map(({ name }) => [name, "postgres"] as const),
	["PGlite", "pglite"],
];

/** The page with what was found in its part that is written. */
export function pageWith(page: string, facts: readonly RuntimeFacts[]): string {
	if (!PART.test(page)) throw new Error("docs/runtimes.md has lost the comments around what is written");
	return page.replace(PART, () => `\n${written(facts)}\n\n`);
}

function written(facts: readonly RuntimeFacts[]): string {
	const rows = facts.map(({ name, version, sqlite, defaultBackend, command }) => [
		name,
		version,
		...COLUMNS.map(([, driver]) => lawsCell(name, driver)),
		command,
		sqlite,
		defaultBackend,
	]);
	const head = [
		"",
		"version",
		...COLUMNS.map(([title]) => title),
		"the command",
		"SQLite of node:sqlite",
		"`sqlite://`",
	];
	const permissions = Object.entries(DENO_PERMISSIONS).map(([driver, least]) => [
		`\`${driver}\``,
		`\`${least.join(" ")}\``,
	]);
	const exceptions = EXCEPTIONS.map(
		({ runtime, driver, laws, reason }) => `- ${runtime}, ${driver}: ${reason}. The laws: ${laws.join(", ")}.`,
	);
	return [table(head, rows), table(["driver", "the least that Deno has to allow"], permissions), ...exceptions].join(
		"\n\n",
	);
}

function lawsCell(runtime: string, driver: DriverName): string {
	const broken = expectedBroken(runtime, driver).length;
	return broken === 0 ? "all laws" : `all laws but ${broken}`;
}
