import type { EventOp, Finding, MigrateEvent, MigrateOptions, RecordedEvent, Version } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../../driver-laws/driver-harness.ts";
import type { Law } from "../../law.ts";
import { type Engine, type OpenEngine, openWith } from "./engine.ts";
import { reversibleSet } from "./migration-set.ts";

/** Laws of a driver that keeps a history. */
export type HistoryLaws = readonly Law<DriverHarness, DriverCapability>[];

/** Applies migrations that each create an object. */
export async function upTo(
	openEngine: OpenEngine,
	harness: DriverHarness,
	versions: readonly Version[],
): Promise<void> {
	await using engine = await openWith(openEngine, harness, reversibleSet(versions));
	await engine.up();
}

/** An engine, and the findings that it tells of. */
export async function listening(
	openEngine: OpenEngine,
	harness: DriverHarness,
	versions: readonly Version[],
	options: MigrateOptions,
): Promise<{ readonly engine: Engine; readonly findings: readonly Finding[] }> {
	const findings: Finding[] = [];
	const onEvent = (event: MigrateEvent): void => void (event.type === "finding" && findings.push(event.finding));
	return { engine: await openWith(openEngine, harness, reversibleSet(versions), { ...options, onEvent }), findings };
}

/** Writes the version as a tool does that keeps no history. */
export async function asOtherTool(
	harness: DriverHarness,
	version: Version,
	{ dirty = false }: { readonly dirty?: boolean } = {},
): Promise<void> {
	await using driver = await harness.open();
	await driver.setVersion({ version, dirty });
}

/** The history, read by an instance of its own. */
export async function eventsOf(harness: DriverHarness): Promise<readonly RecordedEvent[]> {
	await using driver = await harness.open();
	return (await driver.history?.read())?.events ?? [];
}

/** `up 2 to 3`. */
export function written({ op, version, target }: { op: EventOp; version: Version; target: Version }): string {
	return `${op} ${version} to ${target}`;
}
