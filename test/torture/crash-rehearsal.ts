import assert from "node:assert/strict";
import { type Rehearsal, rehearse } from "./harmed-run.ts";
import { runChild, traceCalls } from "./strace.ts";
import type { BackendName, TortureCase } from "./torture-case.ts";

/**
 * A run that begins where a killed sqlite-wasm process has left its lock and a hot journal, with all pages of the last
 * migration rewritten: what comes to harm then is the repair.
 */
export async function rehearseRecovery(backend: BackendName): Promise<Rehearsal> {
	const which: TortureCase = { set: "small", backend, transaction: "atomic", journal: "rollback", direction: "up" };
	const killed: TortureCase = { ...which, backend: "sqlite-wasm" };
	const rehearsal = await rehearse(which);
	using counted = rehearsal.begin();
	const synced = (await traceCalls(killed, counted.path)).filter(
		({ call, text }) => call === "fsync" && text.includes("app.db>"),
	);
	// The last one gives the lock back; the one before has all pages of the last migration, and its journal is still there.
	const { when = 0 } = synced.at(-2) ?? {};
	const template = rehearsal.begin();
	await runChild(killed, template.path, { harm: { call: "fsync", when, what: "kill" } });
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
