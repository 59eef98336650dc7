import {
	type Driver,
	type FoundVersion,
	type HistoryEvent,
	isMigrateError,
	type StoredTexts,
	type VersionChange,
} from "@godwit/core";
import type { EngineOptions } from "../src/engine-laws/model/engine.ts";
import type { EngineMutant } from "./engine-mutants.ts";

/** Engines with one fault in what they do with the history. */
export const engineHistoryMutants: Readonly<Record<string, EngineMutant>> = {
	"a way down is recorded as a way up": {
		caughtBy: "engine/records-each-migration",
		options: (options) => recording(options, (events) => events.map((event) => ({ ...event, op: "up" }))),
	},
	"long texts are cut": {
		caughtBy: "engine/records-texts",
		options: (options) =>
			recording(options, (events) => events.map((event) => ({ ...event, upText: event.upText?.slice(0, 3) }))),
	},
	"texts are kept whatever the file says": {
		caughtBy: "engine/records-no-text-that-must-not-be-stored",
		options: ({ driver, ...options }) => ({
			...options,
			driver: { ...driver, ...(driver.history && { history: { ...driver.history, keepsText: () => true } }) },
		}),
	},
	"events have no digest": {
		caughtBy: "engine/idle-start-reads-no-events",
		options: (options) => recording(options, (events) => events.map((event) => ({ ...event, digest: undefined }))),
	},
	"the beginning is not recorded": {
		caughtBy: "engine/records-what-began",
		options: (options) => recording(options, (events) => events.filter(({ op }) => op !== "start")),
	},
	"what was rolled back is recorded": {
		caughtBy: "engine/records-nothing-of-what-was-rolled-back",
		options: ({ driver, ...options }) => ({
			...options,
			driver: {
				...driver,
				async apply(body, change) {
					try {
						return (await driver.apply?.(body, change)) ?? "declined";
					} catch (error) {
						if (change.from) await driver.setVersion({ ...change.from, events: change.events });
						throw error;
					}
				},
			},
		}),
	},
	"of a transaction of all the last is recorded": {
		caughtBy: "engine/records-a-transaction-of-all",
		options: (options) => recording(options, (events) => events.slice(-1)),
	},
	"nothing is adopted": {
		caughtBy: "engine/adopts-what-another-tool-applied",
		options: (options) => recording(options, (events) => events.filter(({ op }) => op !== "adopt")),
	},
	"another tool is not noticed": {
		caughtBy: "engine/does-not-run-twice-what-another-tool-may-have-applied",
		options: ({ driver, ...options }) => ({ ...options, driver: trusting(driver) }),
	},
	"another tool is taken to have had the same files": {
		caughtBy: "engine/does-not-run-twice-what-another-checkout-has",
		options: (options) =>
			recording(options, (events) =>
				events.map((event) => (event.op === "other-tool" ? { ...event, target: event.version } : event)),
			),
	},
	"the version that another tool stopped at is not adopted": {
		caughtBy: "engine/does-not-run-twice-what-another-tool-stopped-at",
		options: (options) =>
			recording(options, (events) => events.filter(({ op, version, target }) => op !== "adopt" || version !== target)),
	},
	"a version without a file is taken for certain": {
		caughtBy: "engine/guesses-what-the-version-alone-says",
		break: (e) => ({
			async status() {
				const report = await e.status();
				const migrations = report.migrations.map((migration) =>
					migration.state === "missing" ? { ...migration, guess: false } : migration,
				);
				return { ...report, migrations };
			},
		}),
	},
	"what another tool may have half reverted is taken for certain": {
		caughtBy: "engine/guesses-what-another-tool-may-have-half-reverted",
		options: (options) => recording(options, (events) => events.filter(({ op }) => op !== "elsewhere")),
	},
	"what another tool did is adopted without a word of it": {
		caughtBy: "engine/goes-on-where-another-tool-stopped",
		options: (options) => recording(options, (events) => events.filter(({ op }) => op !== "other-tool")),
	},
	"force leaves no event": {
		caughtBy: "engine/force-settles-what-was-unknown",
		options: (options) => recording(options, (events) => events.filter(({ op }) => op !== "force")),
	},
	"out of order is skipped, as in golang-migrate": {
		caughtBy: "engine/refuses-out-of-order",
		options: (options) => ({ ...options, outOfOrder: "skip" }),
	},
	"a plan is of what is above the version": {
		caughtBy: "engine/plan-tells-what-would-run",
		break: (e) => ({
			async plan(goal) {
				const planned = await e.plan(goal);
				return { ...planned, migrations: planned.migrations.filter(({ version }) => version > planned.from) };
			},
		}),
	},
	"out of order cannot be skipped": {
		caughtBy: "engine/skips-out-of-order",
		options: (options) => ({ ...options, outOfOrder: "error" }),
	},
	"what is skipped counts as applied": {
		caughtBy: "engine/never-reverts-what-is-skipped",
		options: (options) =>
			recording(options, (events) => events.map((event) => (event.op === "skip" ? { ...event, op: "adopt" } : event))),
	},
	"out of order cannot be applied": {
		caughtBy: "engine/applies-out-of-order",
		options: (options) => ({ ...options, outOfOrder: "skip" }),
	},
	"a changed file is a warning": {
		caughtBy: "engine/refuses-changed-files",
		options: (options) => ({ ...options, changed: "warn" }),
	},
	"the checksum is of something else": {
		caughtBy: "engine/takes-other-line-ends-for-the-same-file",
		options: (options) =>
			recording(options, (events) =>
				events.map((event) => ({ ...event, checksum: event.downChecksum, upText: undefined })),
			),
	},
	"a newer database is let be": {
		caughtBy: "engine/refuses-a-newer-database",
		options: (options) => ({ ...options, newer: "allow" }),
	},
	"a file that is missing is applied": {
		caughtBy: "engine/status-tells-the-state-of-each",
		break: (e) => ({
			async status() {
				const report = await e.status();
				const migrations = report.migrations.map((migration) =>
					migration.state === "missing" ? { ...migration, state: "applied" as const } : migration,
				);
				return { ...report, migrations };
			},
		}),
	},
	"a status does not notice another tool": {
		caughtBy: "engine/status-tells-what-another-tool-did",
		options: ({ driver, ...options }) => ({ ...options, driver: trusting(driver) }),
	},
	"notes are lost": {
		caughtBy: "engine/repair-says-what-is-unknown",
		break: (e) => ({ repair: ({ note: _, ...cure }) => e.repair(cure) }),
	},
	"what is not there is skipped": {
		caughtBy: "engine/repair-lets-run-what-is-not-there",
		break: (e) => ({ repair: (cure) => e.repair(cure.kind === "pending" ? { ...cure, kind: "skip" } : cure) }),
	},
	"what a person adopts is a guess too": {
		caughtBy: "engine/repair-puts-a-guess-right",
		options: (options) =>
			recording(options, (events) =>
				events.map((event) => (event.op === "adopt" ? { ...event, direction: undefined } : event)),
			),
	},
	"accept is not recorded": {
		caughtBy: "engine/repair-accepts-a-changed-file",
		options: (options) => recording(options, (events) => events.filter(({ op }) => op !== "accept")),
	},
	"a dirty one was always applied": {
		caughtBy: "engine/repair-says-how-a-dirty-one-ended",
		break: (e) => ({ repair: (cure) => e.repair("ended" in cure ? { ...cure, ended: "applied" } : cure) }),
	},
	"what was dirty before another tool came is settled": {
		caughtBy: "engine/repair-settles-what-another-tool-left-dirty",
		options: (options) =>
			recording(options, (events) =>
				events.map((event) => (event.op === "settle" ? { ...event, version: 5n } : event)),
			),
	},
	"the row says what is half done": {
		caughtBy: "engine/dirty-names-what-is-half-done",
		options: (options) =>
			recording(options, (events) =>
				events.map((event) => (event.op === "start" ? { ...event, version: event.target } : event)),
			),
	},
	"nothing is dirty before the first": {
		caughtBy: "engine/repair-settles-what-another-tool-left-before-the-first",
		break: (e) => ({ repair: (cure) => e.repair("ended" in cure ? { ...cure, ended: "reverted" } : cure) }),
	},
	"what does not fit is taken for done": {
		caughtBy: "engine/repair-refuses-what-does-not-fit",
		break: (e) => ({
			repair: (cure) =>
				e.repair(cure).catch((error: unknown) => {
					if (!isMigrateError(error, "ERR_REPAIR")) throw error;
				}),
		}),
	},
	"a baseline is not compared": {
		caughtBy: "engine/baseline-compares-first",
		break: (e) => ({ baseline: (version) => e.baseline(version, { force: true }) }),
	},
	"a baseline cannot be forced": {
		caughtBy: "engine/baseline-can-be-forced",
		break: (e) => ({ baseline: (version) => e.baseline(version) }),
	},
	"the layout of a file is a part of what it means": {
		caughtBy: "engine/takes-other-comments-for-the-same-file",
		options: ({ driver, ...options }) => ({
			...options,
			driver: { ...driver, ...(driver.history && { history: { ...driver.history, meaning: (text: string) => text } }) },
		}),
	},
	"down takes the files, whatever was shown": {
		caughtBy: "engine/reverts-with-stored-texts",
		break: (e) => ({ down: (how) => (how?.stored === undefined ? e.down() : e.steps(-how.stored.length)) }),
	},
	"the text of the first time is taken": {
		caughtBy: "engine/reverts-with-the-text-of-the-last-time",
		options: ({ driver, ...options }) => ({ ...options, driver: withTexts(driver, (texts) => texts(1)) }),
	},
	"a text that is not there is empty": {
		caughtBy: "engine/refuses-what-has-no-stored-text",
		break: (e) => ({
			storedDown: (count) =>
				e.storedDown(count).catch((error: unknown) => {
					if (!isMigrateError(error, "ERR_STORED_TEXT")) throw error;
					return [];
				}),
		}),
	},
	"stored texts run after another tool": {
		caughtBy: "engine/refuses-stored-texts-where-another-tool-was",
		options: ({ driver, ...options }) => ({ ...options, driver: trusting(driver) }),
	},
	"what was forced has run": {
		caughtBy: "engine/refuses-stored-texts-of-what-did-not-run",
		options: (options) =>
			recording(options, (events) => events.map((event) => (event.op === "force" ? { ...event, op: "up" } : event))),
	},
	"whatever was shown runs": {
		caughtBy: "engine/runs-no-other-stored-text-than-was-shown",
		break: (e) => ({
			down: async (how = {}) => e.down(how.stored && { stored: await e.storedDown(how.stored.length) }),
		}),
	},
	"redo reverts": {
		caughtBy: "engine/redo-is-down-and-up",
		break: (e) => ({ redo: (count = 1) => e.steps(-count) }),
	},
	"findings are kept back": {
		caughtBy: "engine/tells-of-missing-files",
		options: ({ onEvent: _, ...options }) => options,
	},
};

type Edit = (events: readonly HistoryEvent[]) => readonly HistoryEvent[];

function recording({ driver, ...options }: EngineOptions, edit: Edit): EngineOptions {
	const edited = <C extends VersionChange>(change: C): C => {
		const { events } = change;
		return { ...change, events: events && (() => edit(events())) };
	};
	return {
		...options,
		driver: {
			...driver,
			setVersion: (change) => driver.setVersion(edited(change)),
			apply: async (body, change) => (await driver.apply?.(body, edited(change))) ?? "declined",
			transaction: (change, work) => {
				if (driver.transaction === undefined) throw new Error("the driver has no transaction");
				return driver.transaction(edited(change), work);
			},
		},
	};
}

/** Takes the version row for one that the last event has left. */
function trusting(driver: Driver): Driver {
	const { history } = driver;
	const trusted = <F extends FoundVersion>(found: F): F => {
		const { head } = found;
		const last = head?.last && { ...head.last, target: found.version };
		return { ...found, head: head && { stamp: last?.stamp, last } };
	};
	return {
		...driver,
		version: async (options) => trusted(await driver.version(options)),
		...(history && { history: { ...history, read: async (options) => trusted(await history.read(options)) } }),
	};
}

/** Reads the texts of events in another way. */
function withTexts(
	driver: Driver,
	read: (texts: (id: number) => Promise<StoredTexts>) => Promise<StoredTexts>,
): Driver {
	const { history } = driver;
	return { ...driver, ...(history && { history: { ...history, texts: () => read(history.texts) } }) };
}
