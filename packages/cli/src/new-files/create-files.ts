import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Direction, parseMigrationName } from "@godwit/core";
import { CommandError } from "../command-line/command-error.ts";
import { type FileUse, usingFile } from "../output/text/file-failure.ts";
import { DEFAULT_FORMAT, type FileRequest } from "./file-request.ts";
import { formatGoLayout } from "./go-layout.ts";
import { withReservedVersion } from "./reserve-version.ts";

const DIRECTIONS: readonly Direction[] = ["up", "down"];

/**
 * Creates an empty up and down file of a version that the folder does not have, whoever else creates files there
 * meanwhile. Go: createCmd.
 *
 * @returns Their absolute paths.
 * @throws CommandError Nothing was written then.
 */
export async function createFiles(request: FileRequest, now: Date = new Date()): Promise<readonly string[]> {
	const { folder } = request;
	const advice = "name another folder with -dir";
	const use: FileUse = { failed: `cannot create files in ${folder}`, path: folder, access: "write", advice };
	return usingFile(use, () => createNumbered(request, now));
}

async function createNumbered(request: FileRequest, now: Date): Promise<readonly string[]> {
	const { folder, numbering } = request;
	for (let lowest = 1n; ; ) {
		const version = await versionFor(request, lowest, now);
		const paths = pathsOf(request, version);
		await mkdir(folder, { recursive: true });
		const outcome = await withReservedVersion(folder, BigInt(version), async () => {
			// Also of a next number: somebody may have made it, and given the reservation back, after the folder was read.
			return isTaken(version, await filesIn(request)) ? undefined : await createEmpty(paths);
		});
		if ("result" in outcome && outcome.result !== undefined) return outcome.result;
		if (numbering.kind === "time") {
			throw "result" in outcome
				? new CommandError(`duplicate migration version: ${version}`)
				: new CommandError(
						`version ${version} is being created by somebody else; try again, or, if that was killed, remove ${outcome.reservedBy}`,
					);
		}
		lowest = BigInt(version) + 1n;
	}
}

function pathsOf({ folder, name, suffix }: FileRequest, version: string): readonly string[] {
	return DIRECTIONS.map((direction) => {
		const file = `${version}_${name}.${direction}${suffix}`;
		assertRuns(file, direction);
		return join(folder, file);
	});
}

/** Those with the suffix, as Go, and the migrations with another one, whose versions are taken too. */
async function filesIn({ folder, suffix }: FileRequest): Promise<readonly string[]> {
	try {
		const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
		return names.filter((name) => name.endsWith(suffix) || parseMigrationName(name).kind === "migration");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
		throw error;
	}
}

async function versionFor(request: FileRequest, lowest: bigint, now: Date): Promise<string> {
	const { numbering } = request;
	if (numbering.kind === "sequence") return nextInSequence(await filesIn(request), lowest, numbering.digits);
	const version = timeVersion(now, numbering.format, numbering.timeZone);
	if (!/^[0-9]+$/.test(version)) {
		throw new CommandError(`version ${version} is not made of digits alone; choose a format as ${DEFAULT_FORMAT}`);
	}
	return version;
}

/** Go takes the alphabetically last file, which goes wrong at 9 and 10 without leading zeros. */
function nextInSequence(files: readonly string[], lowest: bigint, digits: number): string {
	let next = lowest;
	for (const file of files) {
		const number = versionOf(file);
		if (number === undefined) throw new CommandError(`malformed migration filename: ${file}`);
		if (number >= next) next = number + 1n;
	}
	const version = String(next).padStart(digits, "0");
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

function isTaken(version: string, files: readonly string[]): boolean {
	return files.some((file) => versionOf(file) === BigInt(version));
}

/** A name or an extension can make another thing of it, as `-ext bak` and `-ext down.sql` do. */
function assertRuns(file: string, direction: Direction): void {
	const verdict = parseMigrationName(file);
	if (verdict.kind === "migration" && verdict.name.direction === direction) return;
	const reason = verdict.kind === "invalid" ? verdict.reason : `it would not be read as ${direction}`;
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
