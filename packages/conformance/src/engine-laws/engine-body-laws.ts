import assert from "node:assert/strict";
import {
	type Driver,
	isMigrateError,
	type MigrationBody,
	memorySource,
	migrationBody,
	type Source,
} from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { expectObjects } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import { expectState, namesOf, type OpenEngine, sourceOfSet, withoutApply } from "./model/engine.ts";
import { migrationFiles, objectOf, reversibleSet } from "./model/migration-set.ts";

/** What `Migrate` promises of the bodies that it reads. */
export function engineBodyLaws(openEngine: OpenEngine): readonly Law<DriverHarness, DriverCapability>[] {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/what-was-read-is-what-runs",
			of: "Migrate.up",
			async check(harness) {
				const { dialect } = harness;
				const creates = dialect.create(objectOf(1n));
				const firstText = dialect.noTransaction?.(creates) ?? creates;
				const files = migrationFiles(dialect, reversibleSet([1n]));
				for (const adapt of [(driver: Driver) => driver, withoutApply]) {
					const source = withBodies(memorySource(files), () => emptyAfter(firstText));
					await using engine = openEngine({ source, driver: adapt(await harness.open()) });
					const failed = await failureOf(engine.up());
					if (failed === undefined) await expectObjects(harness, [objectOf(1n)]);
					else {
						assert.ok(isMigrateError(failed, "ERR_MIGRATION_FAILED"), `not ${String(failed)}`);
						assert.ok(isMigrateError(failed.cause, "ERR_INVALID_BODY"), `not ${String(failed.cause)}`);
						await expectObjects(harness, []);
						const { version, dirty } = await engine.version();
						assert.notDeepEqual(
							{ version, dirty },
							{ version: 1n, dirty: false },
							"a body that did not run is not applied",
						);
					}
					await engine.drop();
				}
			},
		},
		{
			id: "engine/buffers-may-be-used-again",
			of: "MigrationBody",
			async check(harness) {
				const set = reversibleSet([1n, 2n, 3n]);
				const source = withBodies(sourceOfSet(harness.dialect, set), inOneBuffer);
				await using engine = openEngine({ source, driver: await harness.open() });
				const { applied } = await engine.up();
				assert.deepEqual(namesOf(applied), ["1 up", "2 up", "3 up"]);
				await expectObjects(harness, ["m1", "m2", "m3"]);
				await expectState(engine, 3n, false);
			},
		},
	]);
}

/** Gives every up file another body. */
function withBodies(source: Source, bodyOf: (body: MigrationBody) => MigrationBody): Source {
	return {
		...source,
		async readUp(version) {
			const file = await source.readUp(version);
			return file && { ...file, body: bodyOf(file.body) };
		},
	};
}

/** A body that has this text at the first reading, and none at the others. */
function emptyAfter(text: string): MigrationBody {
	let readings = 0;
	return migrationBody(async function* () {
		if (readings++ === 0) yield new TextEncoder().encode(text);
	});
}

/** The same body, in chunks of a few bytes that all have one buffer, which is overwritten. */
function inOneBuffer(body: MigrationBody): MigrationBody {
	return migrationBody(async function* () {
		const bytes = new TextEncoder().encode(await body.text());
		const buffer = new Uint8Array(7);
		for (let at = 0; at < bytes.length; at += buffer.length) {
			const part = bytes.subarray(at, at + buffer.length);
			buffer.set(part);
			yield buffer.subarray(0, part.length);
			buffer.fill(0x20);
		}
	});
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
	return promise.then(
		() => undefined,
		(error: unknown) => error,
	);
}
