import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Direction, parseMigrationName } from "@godwit/core";
import { CommandError } from "../command-line/command-error.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";
import { formatGoLayout } from "./go-layout.ts";

const DEFAULT_FORMAT = "20060102150405";
const DEFAULT_DIGITS = 6;
const DIRECTIONS: readonly Direction[] = ["up", "down"];

/**
 * Creates an empty up and down file and returns their absolute paths. Go: createCmd.
 *
 * @throws CommandError Nothing was written then.
 */
export async function createFiles(
	{ operands, value, is }: CommandLine,
	now: Date = new Date(),
): Promise<readonly string[]> {
	const [name] = operands;
	if (name === undefined) throw new CommandError("please specify name");
	if (operands.length > 1) throw new CommandError("too many arguments");
	const extension = value("ext") ?? "";
	if (extension === "") throw new CommandError("-ext flag must be specified");
	for (const part of [name, extension]) {
		if (/[/\\\0]/.test(part))
			throw new CommandError(`"${part}" cannot be part of a file name; name the folder with -dir`);
	}
	const suffix = `.${extension.replace(/^\./, "")}`;
	const folder = resolve(value("dir") ?? "");
	const format = value("format") ?? DEFAULT_FORMAT;
	if (is("seq") && format !== DEFAULT_FORMAT)
		throw new CommandError("the seq and format options are mutually exclusive");
	const digits = Number(value("digits") ?? DEFAULT_DIGITS);
	if (is("seq") && digits <= 0) throw new CommandError("digits must be positive");

	const files = await filesIn(folder, suffix);
	const version = is("seq") ? nextInSequence(files, digits) : timeVersion(now, format, value("tz") || "UTC");
	assertUsable(version, files);
	const created = DIRECTIONS.map((direction) => {
		const file = `${version}_${name}.${direction}${suffix}`;
		assertRuns(file, direction);
		return join(folder, file);
	});
	await mkdir(folder, { recursive: true });
	return createEmpty(created);
}

/** Those with the suffix, as Go, and the migrations with another one, whose versions are taken too. */
async function filesIn(folder: string, suffix: string): Promise<readonly string[]> {
	try {
		const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
		return names.filter((name) => name.endsWith(suffix) || parseMigrationName(name).kind === "migration");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
		throw error;
	}
}

/** Go takes the alphabetically last file, which goes wrong at 9 and 10 without leading zeros. */
function nextInSequence(files: readonly string[], digits: number): string {
	let highest = 0n;
	for (const file of files) {
		const number = versionOf(file);
		if (number === undefined) throw new CommandError(`malformed migration filename: ${file}`);
		if (number > highest) highest = number;
	}
	const version = String(highest + 1n).padStart(digits, "0");
	if (version.length > digits) {
		throw new CommandError(`next sequence number ${version} too large, at most ${digits} digits are allowed`);
	}
	return version;
}

function timeVersion(now: Date, format: string, timeZone: string): string {
	switch (format) {
		case "":
			throw new CommandError("time format may not be empty");
		case "unix":
			return String(Math.floor(now.getTime() / 1e3));
		case "unixNano":
			return String(BigInt(now.getTime()) * 1_000_000n);
		default:
			return formatGoLayout(now, format, timeZone);
	}
}

function assertUsable(version: string, files: readonly string[]): void {
	if (!/^[0-9]+$/.test(version)) {
		throw new CommandError(`version ${version} is not made of digits alone; choose a format as ${DEFAULT_FORMAT}`);
	}
	if (files.some((file) => versionOf(file) === BigInt(version))) {
		throw new CommandError(`duplicate migration version: ${version}`);
	}
}

/** A name or an extension can make another thing of it, as `-ext bak` and `-ext down.sql` do. */
function assertRuns(file: string, direction: Direction): void {
	const verdict = parseMigrationName(file);
	if (verdict.kind === "migration" && verdict.name.direction === direction) return;
	const reason = verdict.kind === "suspect" ? verdict.reason : `it would not be read as ${direction}`;
	throw new CommandError(`${file} would not run: ${reason}`);
}

function versionOf(file: string): bigint | undefined {
	const digits = /^([0-9]+)_/.exec(file)?.[1];
	return digits === undefined ? undefined : BigInt(digits);
}

async function createEmpty(paths: readonly string[]): Promise<readonly string[]> {
	const created: string[] = [];
	try {
		for (const path of paths) {
			await (await open(path, "wx")).close();
			created.push(path);
		}
	} catch (error) {
		for (const path of created) await rm(path);
		throw error;
	}
	return created;
}
