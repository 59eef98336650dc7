import assert from "node:assert/strict";
import { type Rehearsal, rehearse } from "./harmed-run.ts";
import { countCalls, runChild } from "./strace.ts";
import type { BackendName, TortureCase } from "./torture-case.ts";

/**
 * After the database of the last migration: the journal that is emptied, and of the transaction that gives the lock back
 * twice the journal, its folder, the database.
 */
const FSYNCS_OF_THE_END = 5;

/**
 * A run that begins where a killed sqlite-wasm process has left its lock and a hot journal, with all pages of the last
 * migration rewritten: what comes to harm then is the repair.
 */
export async function rehearseRecovery(backend: BackendName): Promise<Rehearsal> {
	const which: TortureCase = { set: "small", backend, transaction: "atomic", journal: "rollback", direction: "up" };
	const killed: TortureCase = { ...which, backend: "sqlite-wasm" };
	const rehearsal = await rehearse(which);
	using counted = rehearsal.begin();
	const fsyncs = (await countCalls(killed, counted.path)).get("fsync") ?? 0;
	const template = rehearsal.begin();
	await runChild(killed, template.path, { harm: { call: "fsync", when: fsyncs - FSYNCS_OF_THE_END, what: "kill" } });
	assert.deepEqual(template.files(), ["app.db", "app.db-journal", "app.db.lock"], "the kill has left something else");
	return {
		...rehearsal,
		begin: () => template.copy(),
		[Symbol.dispose]() {
			template[Symbol.dispose]();
			rehearsal[Symbol.dispose]();
		},
	};
}
