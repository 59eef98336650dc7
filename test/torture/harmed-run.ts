import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type Aftermath, assertAftermath } from "./aftermath.ts";
import { SETS } from "./steps.ts";
import { type Harm, harmName, type Outcome, runChild } from "./strace.ts";
import { createTestFolder, type TestFolder } from "./test-folder.ts";
import { BACKEND_NAMES, caseName, createDatabase, type TortureCase } from "./torture-case.ts";
import { type Way, wayOf } from "./way.ts";

/** A case made ready: copies of its first state are cheap. */
export interface Rehearsal extends Disposable {
	readonly which: TortureCase;
	readonly way: Way;
	/** A folder as it is before the run. */
	begin(): TestFolder;
}

export async function rehearse(which: TortureCase): Promise<Rehearsal> {
	const template = createTestFolder();
	if (which.through === "link") {
		mkdirSync(join(template.folder, "shared"));
		symlinkSync("shared/real.db", template.path);
	}
	createDatabase(template.path, which.journal);
	if (which.direction === "down") {
		const { exitCode, message } = await runChild(
			{ ...which, backend: "sqlite-native", direction: "up" },
			template.path,
		);
		assert.equal(exitCode, 0, message);
	}
	return {
		which,
		way: wayOf(SETS[which.set], which.direction),
		begin: () => template.copy(),
		[Symbol.dispose]: () => template[Symbol.dispose](),
	};
}

/**
 * Lets one run come to harm and checks what it leaves, once by each backend.
 *
 * @returns how the run ended, and what was found; `undefined` when the harm never happened.
 */
export async function harmedRun(
	{ which, way, begin }: Rehearsal,
	harm: Harm,
): Promise<{ readonly outcome: Outcome; readonly aftermath: Aftermath } | undefined> {
	using testFolder = begin();
	try {
		const outcome = await runChild(which, testFolder.path, { harm });
		if (harm.what === "kill" && !outcome.killed) {
			assert.equal(outcome.exitCode, 0, outcome.message);
			return undefined;
		}
		if (harm.what !== "kill") assertToldClearly(outcome, way);
		using left = testFolder.copy();
		const found: Aftermath[] = [];
		for (const backend of BACKEND_NAMES) {
			testFolder.become(left);
			found.push(await assertAftermath(testFolder, which, way, backend));
		}
		assert.deepEqual(found[0], found[1], "the backends do not find the same");
		const [aftermath] = found as [Aftermath];
		if (harm.what !== "kill") assertToldTruly(outcome, aftermath);
		return { outcome, aftermath };
	} catch (cause) {
		throw new Error(`${caseName(which)}, ${harmName(harm)}: ${(cause as Error).message}`, { cause });
	}
}

/** A fault that SQLite can do without is none; every other one is said in godwit's words. */
function assertToldClearly({ exitCode, code, message, stack, to }: Outcome, way: Way): void {
	if (exitCode === 0) {
		assert.equal(to, String(way.end));
		return;
	}
	assert.equal(exitCode, 1);
	assert.ok(code !== undefined, `no error of godwit's: ${stack}`);
	assert.match(String(message), /(app|real|side)\.db|_step\./, `the error does not say where: ${message}`);
}

/** Where the error says the database is, there it is. */
function assertToldTruly({ to, dirty, message }: Outcome, { found }: Aftermath): void {
	if (to === undefined) return;
	if (dirty !== true)
		assert.equal(`${found.version} ${found.dirty}`, `${to} false`, `not where the run says it is: ${message}`);
	else assert.equal(found.dirty, true, `not dirty, although the run says so: ${message}`);
}
