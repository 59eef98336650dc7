import { execFile } from "node:child_process";
import {
	cpSync,
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { ATTACHED_MUTANTS } from "./scenarios/attached-files.ts";
import { CLAIM_MUTANTS } from "./scenarios/claims.ts";
import { IN_PLACE_MUTANTS } from "./scenarios/files-in-place.ts";
import { KERNEL_MUTANTS } from "./scenarios/kernel-locks.ts";
import { MEMBER_MUTANTS } from "./scenarios/members.ts";
import type { Mutant } from "./scenarios/mutant.ts";
import { OWNER_MUTANTS } from "./scenarios/owners.ts";
import { SWAP_MUTANTS } from "./scenarios/swaps.ts";
import { UNLOCK_MUTANTS } from "./scenarios/unlock.ts";
import { SCENARIOS, type ScenarioName } from "./scenarios.ts";

const MUTANTS: readonly Mutant<ScenarioName>[] = [
	...OWNER_MUTANTS,
	...SWAP_MUTANTS,
	...UNLOCK_MUTANTS,
	...KERNEL_MUTANTS,
	...IN_PLACE_MUTANTS,
	...ATTACHED_MUTANTS,
	...MEMBER_MUTANTS,
	...CLAIM_MUTANTS,
	{
		name: "the guard at the end of a transaction",
		file: "packages/sqlite/src/tables/version-guard.ts",
		from: "if (noted(change)) return;",
		to: "noted(change);\n\t\t\t\treturn;",
		noticed: "who lost the lock cannot commit",
	},
	{
		name: "the link of a native run",
		file: "packages/sqlite-files/src/lock-file/lock-entrance.ts",
		from: "\t\ttakeFree() {\n",
		to: '\t\ttakeFree() {\n\t\t\tif (kind === "native") return "nothing";\n',
		noticed: "a node-sqlite3-wasm application cannot begin to write in a native run",
	},
	{
		name: "the kernel's lock around a wasm run",
		file: "packages/sqlite-files/src/folder-locks/folder-library.ts",
		from: "if (!reading && !walFiles.has(file)) locks.take(file);",
		to: "",
		noticed: "a native application can neither read nor write in a wasm run",
	},
	{
		name: "the look at that lock before a commit",
		file: "packages/sqlite-files/src/folder-locks/kernel-locks.ts",
		from: "for (const lock of locks.values()) lock.assertHeld();",
		to: "",
		noticed: "wasm writes nothing once another part of its process has dropped its lock",
	},
	{
		name: "native's look at the lock beside the database",
		file: "packages/sqlite-files/src/lock-file/lock-file.ts",
		from: 'if (found.state === "foreign") throw entrance.heldError(found);',
		to: 'if (found.state === "foreign") return;',
		noticed: "native stays out while a node-sqlite3-wasm application holds its lock",
	},
	{
		name: "wasm's refusal when the kernel's lock is taken",
		file: "packages/sqlite-files/src/folder-locks/kernel-lock.ts",
		from: "\t\thelper.close();\n\t\tthrow isBusy(error) ? inUse(path, locks.holders()) : error;\n",
		to: "",
		noticed: "wasm stays out while a native application holds its lock",
	},
	{
		name: "the look for a journal before a read",
		file: "packages/sqlite-files/src/reading/unlocked-read.ts",
		from: " || (!covered && !ownJournal && !isNothing && hasJournal(path))",
		to: "",
		noticed: "a read on wasm rolls back what is left first",
	},
	{
		name: "the library's roll-back",
		file: "packages/sqlite-files/src/folder-locks/lock-hooks.ts",
		from: "\t\t\t\tif (files.reading) return;\n\t\t\t\tthrow ABSENT;",
		to: "\t\t\t\treturn;",
		noticed: "wasm rolls back what a killed run has left where the runtime has no node:sqlite",
	},
	{
		name: "the respect for a claim",
		file: "packages/sqlite-files/src/lock-file/link-file.ts",
		from: "if (there === undefined || !isAbandoned(claim, there, next, options)) return false;",
		to: "if (there === undefined) return false;",
		noticed: "a dead owner's lock is left to the living process that is taking it over",
	},
	{
		name: "the members who cannot be checked",
		file: "packages/sqlite-files/src/lock-file/link-editor.ts",
		from: '!sameOwner(owner, me) && livenessOf(owner) !== "dead"',
		to: '!sameOwner(owner, me) && livenessOf(owner) === "alive"',
		noticed: "an owner that cannot be checked stays named in the lock",
	},
	{
		name: "the second look of unlock",
		file: "packages/sqlite-files/src/lock-file/lock-file.ts",
		from: "if (!sameFound(found, seen)) return false;",
		to: "",
		noticed: "unlock removes what a person was shown, and nothing else",
	},
	{
		name: "the lock of an attached file",
		file: "packages/sqlite-files/src/connections/locking-connection.ts",
		from: "const expression = attachedExpression(sql);",
		to: "const expression: string | undefined = undefined;",
		noticed: "an attached file is kept from others before it is read",
	},
	{
		name: "the note of an attached file",
		file: "packages/sqlite-files/src/files/file-set.ts",
		from: "main.note(relative(dirname(mainPath), path), isNeeded && ((file) => isNeeded(pathOfNoted(mainPath, file))))",
		to: "true",
		noticed: "an attached file is noted in the lock of the main database",
	},
	{
		name: "the way to a link's end",
		file: "packages/sqlite-files/src/files/real-path.ts",
		from: "if (!lstatSync(there, { throwIfNoEntry: false })?.isSymbolicLink()) return there;",
		to: "return there;",
		noticed: "a link to a file that does not exist yet is followed",
	},
	{
		name: "the count of a file's names",
		file: "packages/sqlite-files/src/files/names/one-name.ts",
		from: "if (stat.nlink > 1) {",
		to: "if (false) {",
		noticed: "a file with two names is refused",
	},
	{
		name: "the look for a mount",
		file: "packages/sqlite-files/src/files/names/one-name.ts",
		from: "if (isMountPoint(path)) {",
		to: "if (false) {",
		noticed: "a file that is mounted by itself is refused",
	},
	{
		name: "the look at the library of a lock's holder",
		file: "packages/sqlite-files/src/lock-file/same-library.ts",
		from: "if (other === undefined) return;",
		to: "if (other !== null) return;",
		noticed: "a process that holds the lock with one library does not take it with another one",
	},
	{
		name: "the one library of a file",
		file: "packages/sqlite-files/src/connections/library/one-library.ts",
		from: "if (file.library.copy !== library.copy) throw",
		to: "if (false) throw",
		noticed: "a process that has a file open with one library does not open it with another one",
	},
	{
		name: "the one library of a file in all threads",
		file: "packages/sqlite-files/src/connections/library/one-library.ts",
		from: "if (ofProcess !== undefined && ofProcess.name !== library.name) {",
		to: "if (false) {",
		noticed: "a thread does not open a file that another one has open with another library",
	},
	{
		name: "the look for whose lock SQLite has met",
		file: "packages/sqlite-files/src/connections/locking-connection.ts",
		from: "isLocked(session.resultCode(error)) &&",
		to: "false &&",
		noticed: "whoever waits for a native run waits for the lock timeout, and is told its name",
	},
	{
		name: "the refusal of WAL",
		file: "packages/sqlite-files/src/folder-locks/wal.ts",
		from: "headerOf(path, 20)?.[18] === 2",
		to: "false",
		noticed: "wasm does not touch a database in WAL mode",
	},
	{
		name: "the look for the file before a commit",
		file: "packages/sqlite-files/src/connections/session.ts",
		from: "inPlace.assertInPlace();",
		to: "",
		noticed: "natively nothing is committed to a database in WAL mode that has been replaced",
	},
	{
		name: "foreign keys off",
		file: "packages/sqlite/src/connection/settings/session-settings.ts",
		from: '["foreign_keys", foreignKeys ? 1n : 0n]',
		to: '["foreign_keys", 1n]',
		noticed: "a table rebuild keeps the rows that refer to the table",
	},
	{
		name: "the events of a migration",
		file: "packages/sqlite/src/tables/version-recorder.ts",
		from: "history?.add(made, stamp);",
		to: "",
		noticed: "the history has each migration that the schema has",
	},
	{
		name: "BEGIN IMMEDIATE",
		file: "packages/sqlite/src/connection/transaction.ts",
		from: "connection.begin(txMode)",
		to: 'connection.begin("deferred")',
		noticed: "a migration waits for another connection's transaction instead of failing in its midst",
	},
];

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

let untouched: ProjectCopy;

beforeAll(() => {
	untouched = copyProject();
	return () => untouched[Symbol.dispose]();
});

describe.concurrent("every protection is missed when it is off", () => {
	it.each(Object.keys(SCENARIOS))("with all protections on: %s", async (name) => {
		expect(await untouched.play(name)).toBe("");
	});

	it.each(MUTANTS)("without $name it no longer holds that $noticed", async ({ file, from, to, noticed }) => {
		using project = copyProject();
		project.mutate(file, from, to);
		expect(await project.play(noticed)).toContain("AssertionError");
	});

	it("each scenario has its mutant", () => {
		expect([...new Set(MUTANTS.map(({ noticed }) => noticed))].sort()).toEqual(Object.keys(SCENARIOS).sort());
	});
});

interface ProjectCopy extends Disposable {
	/** Replaces a text that occurs once. */
	mutate(file: string, from: string, to: string): void;
	/** Plays a scenario. @returns what the program says of its failure, nothing when it succeeds. */
	play(name: string): Promise<string>;
}

/** The sources in a temporary folder; what is installed is linked to. */
function copyProject(): ProjectCopy {
	const folder = mkdtempSync(join(tmpdir(), "godwit-mutant-"));
	const copy = (path: string): void =>
		cpSync(join(ROOT, path), join(folder, path), {
			recursive: true,
			verbatimSymlinks: true,
			// Others write there at the same time.
			filter: (source) => basename(source) !== ".cache",
		});
	symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
	for (const name of readdirSync(join(ROOT, "packages"))) {
		// A package that needs no other has nothing installed.
		const parts = ["src", "package.json", "node_modules"].map((part) => join("packages", name, part));
		for (const part of parts.filter((path) => existsSync(join(ROOT, path)))) copy(part);
	}
	for (const part of ["torture", "package.json", "node_modules"]) copy(join("test", part));
	copy("examples/third-party-driver");
	return {
		mutate(file, from, to) {
			const path = join(folder, file);
			const parts = readFileSync(path, "utf8").split(from);
			expect(parts, `occurrences of "${from}" in ${file}`).toHaveLength(2);
			writeFileSync(path, parts.join(to));
		},
		play: (name) =>
			new Promise((resolve) => {
				const program = join(folder, "test/torture/play-scenario.ts");
				execFile(process.execPath, [program, name], (error, _, stderr) => resolve(error === null ? "" : stderr));
			}),
		[Symbol.dispose]: () => rmSync(folder, { recursive: true }),
	};
}
