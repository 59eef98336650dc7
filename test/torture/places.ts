import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertAftermath, assertSound } from "./aftermath.ts";
import { rehearse } from "./harmed-run.ts";
import { type Outcome, runChild } from "./strace.ts";
import { createTestFolder } from "./test-folder.ts";
import { caseName, type TortureCase, theOther } from "./torture-case.ts";

/** A folder in which no database can be written, until it is mended. */
export interface BadPlace {
	readonly name: string;
	/** What the error has to speak of. */
	readonly says: RegExp;
	/** As which user the run is made; root is kept from nothing. */
	readonly uid?: number;
	/** Makes the folder bad. @returns how to mend it. */
	spoil(folder: string): () => void;
	/** Done before the database is put there. @returns how to undo it. */
	found?(folder: string): () => void;
}

const NOBODY = 65_534;
const FILLER = "filler";

export const BAD_PLACES: readonly BadPlace[] = [
	{
		name: "full disk",
		says: /disk|full|ENOSPC|no space/i,
		found(folder) {
			mount("-t", "tmpfs", "-o", "size=800k", "tmpfs", folder);
			return () => execFileSync("umount", [folder]);
		},
		spoil(folder) {
			const { bavail, bsize } = statfsSync(folder);
			// Three pages are left: enough to begin.
			writeFileSync(join(folder, FILLER), Buffer.alloc((bavail - 3) * bsize));
			return () => rmSync(join(folder, FILLER));
		},
	},
	{
		name: "read-only mount",
		says: /read-?only|EROFS|(unable to|could not) open/i,
		spoil(folder) {
			mount("--bind", folder, folder);
			mount("-o", "remount,ro,bind", folder);
			return () => execFileSync("umount", [folder]);
		},
	},
	{
		name: "folder without write permission",
		says: /permission|EACCES|readonly/i,
		uid: NOBODY,
		found(folder) {
			chownSync(folder, NOBODY, NOBODY);
			return () => {};
		},
		spoil(folder) {
			for (const name of readdirSync(folder)) chownSync(join(folder, name), NOBODY, NOBODY);
			chmodSync(folder, 0o555);
			return () => chmodSync(folder, 0o755);
		},
	},
];

/** Nothing is done in a bad place but to say so, and everything once it is mended. */
export async function survivePlace(which: TortureCase, place: BadPlace): Promise<void> {
	using rehearsal = await rehearse(which);
	using template = rehearsal.begin();
	using testFolder = createTestFolder();
	const leave = place.found?.(testFolder.folder) ?? (() => {});
	try {
		for (const name of template.files()) execFileSync("cp", ["-a", join(template.folder, name), testFolder.folder]);
		const mend = place.spoil(testFolder.folder);
		let outcome: Outcome;
		try {
			outcome = await runChild(which, testFolder.path, place.uid === undefined ? {} : { uid: place.uid });
		} finally {
			mend();
		}
		assert.equal(outcome.exitCode, 1, "it went well");
		assert.ok(outcome.code !== undefined, `no error of godwit's: ${outcome.stack}`);
		assert.match(String(outcome.message), place.says);
		await assertSound(testFolder.path);
		await assertAftermath(testFolder, which, rehearsal.way, theOther(which.backend));
	} catch (cause) {
		throw new Error(`${caseName(which)}, ${place.name}: ${(cause as Error).message}`, { cause });
	} finally {
		leave();
	}
}

function mount(...args: readonly string[]): void {
	execFileSync("mount", args);
}
