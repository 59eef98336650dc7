import { describe, expect, it } from "vitest";
import { migrationBody, textBody } from "../../src/body/migration-body.ts";
import { Migrate } from "../../src/engine/migrate.ts";
import type { Migration } from "../../src/migration.ts";
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
		const source = { first: async () => undefined, next: async () => undefined, prev: async () => undefined };
		const migrate = new Migrate({ source: source as never, driver });
		const running = migrate.run(migration(1n), migration(2n, hanging));
		await expect(running).rejects.toMatchObject({ code: "ERR_MIGRATION_FAILED", details: { version: 1n } });
		expect(driver.calls.at(-1)).toBe("unlock");
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
