import { fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase } from "./test-database.ts";

const runner = fileURLToPath(new URL("./fixtures/unremovable-lock.ts", import.meta.url));

describe.runIf(process.getuid !== undefined).each(backends)("a lock that cannot be removed, on $name", (backend) => {
	it("is told of by unlock, and goes with the first call that can remove it", async () => {
		using db = createTestDatabase(backend);
		if (process.getuid?.() === 0) chownSync(db.folder, 65534, 65534);
		const child = fork(runner, [backend.name, db.folder]);
		const ended = once(child, "exit");
		const [{ outcomes, files }] = await Promise.race([once(child, "message"), ended]);
		expect(await ended).toEqual([0, null]);
		chmodSync(db.folder, 0o755);
		const refused = expect.stringMatching(
			/^ERR_DATABASE: the lock of \S+app\.db cannot be given back: EACCES.*; check the permissions of its folder$/,
		);
		expect(outcomes).toEqual([refused, refused, "done"]);
		// The mode that was asked for leaves the journal.
		expect(files).toEqual(["app.db", "app.db-journal"]);
		expect(db.all("SELECT locked FROM schema_migrations_lock")).toEqual([{ locked: 0n }]);
	});
});
