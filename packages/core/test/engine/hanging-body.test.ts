import { describe, expect, it } from "vitest";
import { migrationBody, textBody } from "../../src/body/migration-body.ts";
import { Migrate } from "../../src/engine/migrate.ts";
import type { Migration } from "../../src/migration.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import { recordingDriver } from "./recording-driver.ts";

const hanging = migrationBody(async function* () {
	await new Promise(() => {});
	yield new Uint8Array();
});

function migration(version: bigint, body = textBody("fail")): Migration {
	const file = { identifier: "a", location: `${version}_a.up.sql`, body };
	return { version, direction: "up", target: version, file };
}

describe("a body that does not answer", () => {
	it("holds up neither the failure of another one nor the lock", async () => {
		const driver = recordingDriver();
		const migrate = new Migrate({ source: memorySource({}), driver });
		const running = migrate.run(migration(1n), migration(2n, hanging));
		await expect(running).rejects.toMatchObject({ code: "ERR_MIGRATION_FAILED", details: { version: 1n } });
		expect(driver.calls.at(-1)).toBe("unlock");
	});
});

describe("a source that asks its own Migrate", () => {
	it.each<[string, (migrate: Migrate) => Promise<unknown>]>([
		["version", (migrate) => migrate.version()],
		["up", (migrate) => migrate.up()],
		["run", (migrate) => migrate.run()],
		["force", (migrate) => migrate.force(1)],
		["drop", (migrate) => migrate.drop()],
	])("for %s is refused, in a file's loader and in its list of versions", async (_, ask) => {
		const files = memorySource({
			"1_a.up.sql": async () => {
				await ask(migrate);
				return "";
			},
		});
		let migrate: Migrate = new Migrate({ source: files, driver: recordingDriver() });
		await expect(migrate.up()).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			cause: { code: "ERR_SOURCE", cause: { code: "ERR_IN_OPERATION" } },
		});
		const source = { ...files, versions: async () => [BigInt(String(await ask(migrate)))] };
		migrate = new Migrate({ source, driver: recordingDriver() });
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_IN_OPERATION" });
	});

	it("may ask another one", async () => {
		const other = new Migrate({ source: memorySource({}), driver: recordingDriver() });
		const source = memorySource({ "1_a.up.sql": async () => String((await other.version()).version) });
		const driver = recordingDriver();
		await new Migrate({ source, driver }).up();
		expect(driver.calls).toContain("run -1");
	});

	it("is told from others, who ask while it loads and wait for the operation", async () => {
		const loading = Promise.withResolvers<void>();
		const text = Promise.withResolvers<string>();
		const source = memorySource({
			"1_a.up.sql": () => {
				loading.resolve();
				return text.promise;
			},
		});
		const migrate = new Migrate({ source, driver: recordingDriver() });
		const running = migrate.up();
		await loading.promise;
		const asked = migrate.version();
		text.resolve("");
		await running;
		expect((await asked).version).toBe(1n);
	});
});

describe("an option that does not exist", () => {
	it("is refused, with what was most likely meant", () => {
		const misspelt = { locktimeoutMs: 5, driver: recordingDriver(), source: {} };
		expect(() => new Migrate(misspelt as never)).toThrow(
			new TypeError("Migrate has no option locktimeoutMs; did you mean lockTimeoutMs?"),
		);
		const unknown = { nonsense: 1, driver: recordingDriver(), source: {} };
		expect(() => new Migrate(unknown as never)).toThrow(/^Migrate has no option nonsense; known are lockTimeoutMs, /);
	});
});
