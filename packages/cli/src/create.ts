import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CommandError } from "./command-error.ts";
import type { CommandLine } from "./command-line.ts";
import { formatGoLayout } from "./go-layout.ts";

const DEFAULT_FORMAT = "20060102150405";
const DEFAULT_DIGITS = 6;
/** Below this many digits no version is over 2^63-1. */
const SAFE_DIGITS = 18;

/**
 * Creates an empty up and down file and returns their absolute paths. Go: createCmd.
 *
 * @throws CommandError Nothing was written then.
 */
export async function create({ operands, value, is }: CommandLine, now: Date = new Date()): Promise<readonly string[]> {
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
	const version = is("seq") ? nextInSequence(files, digits) : timeVersion(now, format, value("tz") ?? "UTC");
	await assertUsable(version, files);
	await mkdir(folder, { recursive: true });
	return createFiles(["up", "down"].map((direction) => join(folder, `${version}_${name}.${direction}${suffix}`)));
}

async function filesIn(folder: string, suffix: string): Promise<readonly string[]> {
	try {
		const names = await readdir(folder);
		return names.filter((name) => name.endsWith(suffix) && !name.startsWith("."));
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

async function assertUsable(version: string, files: readonly string[]): Promise<void> {
	if (!/^[0-9]+$/.test(version)) {
		throw new CommandError(`version ${version} is not made of digits alone; choose a format as ${DEFAULT_FORMAT}`);
	}
	if (version.length > SAFE_DIGITS) {
		const { MAX_VERSION } = await import("@godwit/core");
		if (BigInt(version) > MAX_VERSION) throw new CommandError(`version ${version} is over ${MAX_VERSION} (2^63-1)`);
	}
	if (files.some((file) => versionOf(file) === BigInt(version))) {
		throw new CommandError(`duplicate migration version: ${version}`);
	}
}

function versionOf(file: string): bigint | undefined {
	const digits = /^([0-9]+)_/.exec(file)?.[1];
	return digits === undefined ? undefined : BigInt(digits);
}

async function createFiles(paths: readonly string[]): Promise<readonly string[]> {
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
