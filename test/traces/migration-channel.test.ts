import { AsyncLocalStorage } from "node:async_hooks";
import { tracingChannel } from "node:diagnostics_channel";
import { memoryDatabase, memoryDriver } from "@godwit/conformance";
import { Migrate, type MigrateOptions, memorySource } from "@godwit/core";
import { type MigrationTrace, publishMigration } from "@godwit/debug/migration-channel";
import { describe, expect, it, onTestFinished } from "vitest";

const channel = tracingChannel<string, MigrationTrace>("godwit:migration");

function listen(): readonly string[] {
	const heard: string[] = [];
	const hear =
		(type: string) =>
		({ migration, error }: MigrationTrace & { readonly error?: unknown }): void =>
			void heard.push(
				`${type} ${migration.version}${error === undefined ? "" : `: ${(error as { code: string }).code}`}`,
			);
	const subscribers = { start: hear("start"), error: hear("error"), asyncEnd: hear("end"), end() {}, asyncStart() {} };
	channel.subscribe(subscribers);
	onTestFinished(() => void channel.unsubscribe(subscribers));
	return heard;
}

function migrateOf(files: Readonly<Record<string, string>>, options: MigrateOptions = {}): Migrate {
	const driver = memoryDriver(memoryDatabase());
	return new Migrate({ source: memorySource(files), driver, around: publishMigration, ...options });
}

describe("the channel of migrations", () => {
	it.each(["each", "all"] as const)("tells of each migration, with transaction %s", async (transaction) => {
		const heard = listen();
		await using migrate = migrateOf({ "1_a.up.sql": "create a", "2_b.up.sql": "create b" }, { transaction });
		expect((await migrate.up()).applied).toHaveLength(2);
		expect(heard).toEqual(["start 1", "end 1", "start 2", "end 2"]);
	});

	it("tells of a failure", async () => {
		const heard = listen();
		await using migrate = migrateOf({ "1_a.up.sql": "fail" });
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_MIGRATION_FAILED" });
		expect(heard).toEqual(["start 1", "error 1: ERR_MIGRATION_FAILED", "end 1: ERR_MIGRATION_FAILED"]);
	});

	it("runs a migration within the stores that are bound to its start", async () => {
		const span = new AsyncLocalStorage<string>();
		channel.start.bindStore(span, ({ migration }: MigrationTrace) => `span of ${migration.version}`);
		onTestFinished(() => void channel.start.unbindStore(span));
		const spans: (string | undefined)[] = [];
		const driver = memoryDriver(memoryDatabase());
		const { apply } = driver;
		const watched = {
			...driver,
			apply: ((body, change) => {
				spans.push(span.getStore());
				return apply(body, change);
			}) satisfies typeof apply,
		};
		await using migrate = new Migrate({
			source: memorySource({ "1_a.up.sql": "create a", "2_b.up.sql": "create b" }),
			driver: watched,
			around: publishMigration,
		});
		await migrate.up();
		expect(spans).toEqual(["span of 1", "span of 2"]);
	});
});

describe("MigrateOptions.around", () => {
	it("has to run the migration", async () => {
		await using migrate = migrateOf({ "1_a.up.sql": "create a" }, { around: async () => {} });
		await expect(migrate.up()).rejects.toThrow("around has to call the function that it is given");
		expect((await migrate.version()).version).toBe(-1n);
	});

	it("runs it once, and cannot end before it", async () => {
		const around: MigrateOptions["around"] = async (_, run) => {
			void run();
			void run();
		};
		await using migrate = migrateOf({ "1_a.up.sql": "create a", "2_b.up.sql": "create b" }, { around });
		expect((await migrate.up()).to).toBe(2n);
	});

	it("ends the operation with what it throws, once the migration has ended", async () => {
		const around: MigrateOptions["around"] = async (_, run) => {
			void run();
			throw new Error("the span is lost");
		};
		await using migrate = migrateOf({ "1_a.up.sql": "create a", "2_b.up.sql": "create b" }, { around });
		await expect(migrate.up()).rejects.toThrow("the span is lost");
		expect((await migrate.version()).version).toBe(1n);
	});

	it("keeps no failure back", async () => {
		const around: MigrateOptions["around"] = (_, run) => run().catch(() => {});
		await using migrate = migrateOf({ "1_a.up.sql": "fail" }, { around });
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_MIGRATION_FAILED" });
	});
});
