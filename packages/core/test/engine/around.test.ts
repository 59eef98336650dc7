import { describe, expect, it } from "vitest";
import { Migrate } from "../../src/engine/migrate.ts";
import type { MigrateOptions } from "../../src/engine/migrate-options.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import { recordingDriver } from "./recording-driver.ts";

type Around = NonNullable<MigrateOptions["around"]>;

const FILES = { "1_a.up.sql": "a", "2_b.up.sql": "b" };

function surrounded(around: Around): Migrate {
	return new Migrate({ source: memorySource(FILES), driver: recordingDriver(), around });
}

describe("what around asks its own Migrate", () => {
	it.each<[string, (migrate: Migrate) => Promise<unknown>]>([
		["version", (migrate) => migrate.version()],
		["status", (migrate) => migrate.status()],
		["up", (migrate) => migrate.up()],
		["force", (migrate) => migrate.force(1)],
		["drop", (migrate) => migrate.drop()],
	])("for %s ends the operation, before the migration and after it", async (_, ask) => {
		const before = surrounded(async (__, run) => {
			await ask(before);
			await run();
		});
		await expect(before.up()).rejects.toMatchObject({
			code: "ERR_IN_OPERATION",
			message: expect.stringContaining("the option around of this Migrate is at work"),
		});
		expect((await before.version()).version).toBe(-1n);
		const after = surrounded(async (__, run) => {
			await run();
			await ask(after);
		});
		await expect(after.up()).rejects.toMatchObject({ code: "ERR_IN_OPERATION" });
		expect((await after.version()).version).toBe(1n);
	});

	it("beside the migration is refused once that has ended", async () => {
		const migrate = surrounded(async (_, run) => void (await Promise.all([run(), migrate.version()])));
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_IN_OPERATION" });
		expect((await migrate.version()).version).toBe(1n);
	});
});

describe("what others ask while a migration is surrounded", () => {
	it("comes next", async () => {
		const asked: Promise<unknown>[] = [];
		const migrate = surrounded(async (_, run) => {
			const running = run();
			asked.push(migrate.version());
			await running;
		});
		await migrate.up();
		expect(await Promise.all(asked)).toMatchObject([{ version: 2n }, { version: 2n }]);
	});

	it("is refused when around has more to do than the migration", async () => {
		const asked: Promise<unknown>[] = [];
		const migrate = surrounded(async (_, run) => {
			const running = run();
			asked.push(migrate.version());
			await running;
			await Promise.allSettled(asked);
		});
		await migrate.up();
		for (const one of await Promise.allSettled(asked))
			expect(one).toMatchObject({ reason: { code: "ERR_IN_OPERATION" } });
	});

	it("does not wait for an around that has failed", async () => {
		const asked: Promise<unknown>[] = [];
		const migrate = surrounded(async (_, run) => {
			void run();
			asked.push(migrate.version());
			throw new Error("the span is lost");
		});
		await expect(migrate.up()).rejects.toThrow("the span is lost");
		expect(await Promise.all(asked)).toMatchObject([{ version: 1n }]);
	});
});
