import assert from "node:assert/strict";
import {
	type AppliedMigration,
	type Driver,
	Migrate,
	type MigrateOptions,
	memorySource,
	type Source,
	type Version,
} from "@godwit/core";
import type { Dialect, DriverHarness } from "../../driver-laws/driver-harness.ts";
import { type MigrationSet, migrationFiles } from "./migration-set.ts";

/** What the engine laws use of `Migrate`. */
export type Engine = Pick<
	Migrate,
	| "up"
	| "down"
	| "storedDown"
	| "steps"
	| "migrate"
	| "redo"
	| "run"
	| "force"
	| "drop"
	| "version"
	| "status"
	| "pending"
	| "plan"
	| "repair"
	| "baseline"
	| typeof Symbol.asyncDispose
>;

export interface EngineOptions extends MigrateOptions {
	readonly source: Source;
	readonly driver: Driver;
}

/** Makes the engine under test. */
export type OpenEngine = (options: EngineOptions) => Engine;

export const openMigrate: OpenEngine = (options) => new Migrate(options);

/** Makes a source of a set, in the database's language. */
export function sourceOfSet(dialect: Dialect, set: MigrationSet): Source {
	return memorySource(migrationFiles(dialect, set));
}

/** Hides what is optional, so that the engine has to use the dirty flag. */
export function withoutApply(driver: Driver): Driver {
	return {
		lock: (options) => driver.lock(options),
		unlock: () => driver.unlock(),
		run: (body) => driver.run(body),
		setVersion: (change) => driver.setVersion(change),
		version: () => driver.version(),
		drop: () => driver.drop(),
		close: () => driver.close(),
		[Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
	};
}

/** Hides the history, so that the number alone says what is applied. */
export function withoutHistory(driver: Driver): Driver {
	return Object.create(driver, { history: { value: undefined } });
}

/** Makes an engine on another instance of the database. */
export async function openWith(
	openEngine: OpenEngine,
	harness: DriverHarness,
	set: MigrationSet,
	options: MigrateOptions = {},
): Promise<Engine> {
	return openEngine({ source: sourceOfSet(harness.dialect, set), driver: await harness.open(), ...options });
}

/** Expects what the engine reads. */
export async function expectState(engine: Engine, version: Version, dirty: boolean): Promise<void> {
	const state = await engine.version();
	assert.deepEqual({ version: state.version, dirty: state.dirty }, { version, dirty });
}

/** Names what was applied: `1 up`. */
export function namesOf(applied: readonly AppliedMigration[]): string[] {
	return applied.map(({ version, direction }) => `${version} ${direction}`);
}
