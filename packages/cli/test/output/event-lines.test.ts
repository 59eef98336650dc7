import { type AppliedMigration, type Migration, textBody } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { eventLines } from "../../src/output/event-lines.ts";
import { terminal } from "../../src/output/terminal.ts";

const body = textBody("SELECT 1;");
const step = { version: 7n, direction: "up", target: 7n } as const;
const migration: Migration = { ...step, file: { identifier: "users", location: "7_users.up.sql", body } };
const applied: AppliedMigration = { ...step, identifier: "users", durationMs: 4.5 };

/** Plays a migration whose body is read in chunks, each at a time of its own. */
function play(reads: readonly (readonly [atMs: number, bytes: number])[], isTTY: boolean, verbose = false): string {
	let printed = "";
	let time = 0;
	const output = { isTTY, columns: 40, write: (text: string) => (printed += text) };
	const onEvent = eventLines(
		terminal(output, (text) => text),
		{ verbose, now: () => time },
	);
	onEvent({ type: "locked", waitedMs: 2 });
	onEvent({ type: "start", migration, index: 0, count: 1 });
	for (const [atMs, bytes] of reads) {
		time = atMs;
		onEvent({ type: "progress", migration, bytes });
	}
	onEvent({ type: "end", migration: applied, index: 0, count: 1 });
	onEvent({ type: "unlocked" });
	return printed;
}

describe("eventLines", () => {
	it("says one line for a migration", () => {
		expect(play([[1, 10]], false)).toBe("7/u users (4.5ms)\n");
	});

	it("shows on a terminal which migration runs, in a line that goes away", () => {
		expect(play([[1, 10]], true)).toBe("\r\u001b[K7/u users ...\r\u001b[K7/u users (4.5ms)\n");
	});

	it("shows on a terminal that says more which migration runs once", () => {
		const [, second] = play([[1, 10]], true, true).split("\n");
		expect(second).toBe("Read and execute 7/u users");
	});

	it("shows on a terminal how far a long migration is, in one line that goes away", () => {
		const reads = [
			[499, 1],
			[500, 1_234],
			[550, 2_000],
			[1_600, 2_345_678],
		] as const;
		expect(play(reads, true)).toBe(
			[
				"\r\u001b[K7/u users ...",
				"\r\u001b[K7/u users ... 1.2 kB read, 500ms",
				"\r\u001b[K7/u users ... 2.3 MB read, 1.6s",
				"\r\u001b[K7/u users (4.5ms)\n",
			].join(""),
		);
	});

	it("cuts that line to the width of the terminal", () => {
		const long = { ...migration, file: { identifier: "u".repeat(50), location: "", body } };
		let printed = "";
		let time = 0;
		const output = { isTTY: true, columns: 20, write: (text: string) => (printed += text) };
		const onEvent = eventLines(
			terminal(output, (text) => text),
			{ verbose: false, now: () => time },
		);
		onEvent({ type: "start", migration: long, index: 0, count: 1 });
		time = 9_000;
		onEvent({ type: "progress", migration: long, bytes: 1 });
		expect(printed).toBe(`\r\u001b[K7/u ${"u".repeat(15)}`.repeat(2));
	});

	it("shows nothing of the kind in a pipe", () => {
		expect(play([[5_000, 1_000_000]], false)).toBe("7/u users (4.5ms)\n");
	});

	it.each([
		[false, "7/u users ... 300 rows, 10s\n7/u users ... 500 rows, 25s\n"],
		[
			true,
			[100, 200, 300, 400, 500]
				.map((rows, at) => `\r\u001b[K7/u users ... ${rows} rows, ${[1, 9.9, 10, 19.9, 25][at]}s`)
				.join(""),
		],
	])("says every ten seconds how far rounds are where lines stay, and after each on a terminal: %s", (isTTY, text) => {
		let printed = "";
		let time = 0;
		const output = { isTTY, columns: 40, write: (written: string) => (printed += written) };
		const onEvent = eventLines(
			terminal(output, (written) => written),
			{ verbose: false, now: () => time },
		);
		onEvent({ type: "start", migration, index: 0, count: 1 });
		printed = "";
		for (const [index, atMs] of [1_000, 9_900, 10_000, 19_900, 25_000].entries()) {
			time = atMs;
			onEvent({ type: "round", migration, rows: 100 * (index + 1), durationMs: 1 });
		}
		expect(printed).toBe(text);
	});

	it("says what the lock cannot keep out, and why it could not be given back", () => {
		let printed = "";
		const output = { isTTY: false, columns: 40, write: (text: string) => (printed += text) };
		const onEvent = eventLines(
			terminal(output, (text) => text),
			{ verbose: false, now: () => 0 },
		);
		onEvent({ type: "notice", message: "some applications are not kept out" });
		onEvent({ type: "unlock-failed", error: new Error("the database stayed busy") });
		expect(printed).toBe(
			[
				"some applications are not kept out",
				"warning: all is done, but the migration lock could not be given back: the database stayed busy; it goes when this process ends",
				"",
			].join("\n"),
		);
	});

	it("says more when asked", () => {
		expect(play([[1, 1_500]], false, true)).toBe(
			[
				"Locked the database after 2ms",
				"Read and execute 7/u users",
				"Finished 7/u users (read 1.5 kB, ran 4.5ms)",
				"Unlocked the database",
				"",
			].join("\n"),
		);
	});
});
