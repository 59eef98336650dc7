import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LOCK_NEEDED, type LockState, readWithoutLock } from "../../src/reading/unlocked-read.ts";
import { errorOf } from "../fixtures/error-of.ts";

describe("readWithoutLock", () => {
	let folder: string;
	let path: string;
	const free: LockState = { lock: "free", covered: false, ownJournal: false };
	const look = (): LockState => free;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-quiet-"));
		path = join(folder, "app.db");
		write("before", 100);
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	/** Writes the file as if it had been written so many seconds ago. */
	function write(text: string, secondsAgo: number): void {
		writeFileSync(path, text);
		const time = Date.now() / 1_000 - secondsAgo;
		utimesSync(path, time, time);
	}

	const read = (): string => readFileSync(path, "utf8");

	it("reads a file that nobody writes to, once", () => {
		let reads = 0;
		const counting = (): string => {
			reads++;
			return read();
		};
		expect(readWithoutLock(path, look, counting)).toBe("before");
		expect(reads).toBe(1);
	});

	it("passes on what the read fails with", () => {
		const failure = new Error("no such table");
		const failing = (): never => {
			throw failure;
		};
		expect(errorOf(() => readWithoutLock(path, look, failing))).toBe(failure);
	});

	it("reads again when the file was written meanwhile, whatever the first read said", () => {
		let reads = 0;
		const writtenMeanwhile = (): string => {
			if (++reads > 1) return read();
			write("after!", 50);
			throw new Error("amid a write anything may be read");
		};
		expect(readWithoutLock(path, look, writtenMeanwhile)).toBe("after!");
		expect(reads).toBe(2);
	});

	it("notices a write that changes neither size nor time of the file", () => {
		const { mtimeMs } = statSync(path);
		let reads = 0;
		const writtenMeanwhile = (): string => {
			if (++reads > 1) return read();
			write("alters", 100);
			utimesSync(path, mtimeMs / 1_000, mtimeMs / 1_000);
			return "before";
		};
		expect(readWithoutLock(path, look, writtenMeanwhile)).toBe("alters");
		expect(reads).toBe(2);
	});

	it("notices that another file has taken the place", () => {
		let reads = 0;
		const replacedMeanwhile = (): string => {
			if (++reads > 1) return read();
			const before = path;
			path = join(folder, "restored.db");
			write("backup", 100);
			renameSync(path, before);
			path = before;
			return "before";
		};
		expect(readWithoutLock(path, look, replacedMeanwhile)).toBe("backup");
	});

	it("gives up when the file is written each time", () => {
		let reads = 0;
		const writing = (): void => write("x".repeat(++reads), 50 + reads);
		expect(readWithoutLock(path, look, writing)).toBe(LOCK_NEEDED);
		expect(reads).toBeGreaterThan(1);
	});

	it("gives up after a write just now, which could not be told from a later one", () => {
		write("now", 0);
		expect(readWithoutLock(path, look, () => expect.fail("it may not be read"))).toBe(LOCK_NEEDED);
		write("by a clock that is a little ahead", -0.02);
		expect(readWithoutLock(path, look, () => expect.fail("it may not be read"))).toBe(LOCK_NEEDED);
	});

	it("reads a file from the far future, whose clock was wrong", () => {
		write("later", -1_000);
		expect(readWithoutLock(path, look, read)).toBe("later");
	});

	it("gives up beside a journal, unless the library looks at it itself", () => {
		writeFileSync(`${path}-journal`, "x");
		expect(readWithoutLock(path, look, () => expect.fail("it may not be read"))).toBe(LOCK_NEEDED);
		expect(readWithoutLock(path, () => ({ ...free, ownJournal: true }), read)).toBe("before");
		writeFileSync(`${path}-journal`, new Uint8Array(512));
		expect(readWithoutLock(path, look, read)).toBe("before");
	});

	it("looks for a journal before each read, not only before the first", () => {
		let reads = 0;
		const crashedMeanwhile = (): void => {
			reads++;
			writeFileSync(`${path}-journal`, "x");
			write("half written", 50);
		};
		expect(readWithoutLock(path, look, crashedMeanwhile)).toBe(LOCK_NEEDED);
		expect(reads).toBe(1);
	});

	it("reads where there is no file, and again when it was made meanwhile", () => {
		rmSync(path);
		expect(readWithoutLock(path, look, () => "nothing")).toBe("nothing");
		let reads = 0;
		const madeMeanwhile = (): string => {
			if (++reads > 1) return read();
			write("made", 50);
			return "nothing";
		};
		expect(readWithoutLock(path, look, madeMeanwhile)).toBe("made");
	});

	it("reads beside a journal where there is no file, but not what may be open all the same, or was made meanwhile", () => {
		rmSync(path);
		writeFileSync(`${path}-journal`, "x");
		expect(readWithoutLock(path, look, () => "nothing", { opens: true })).toBe("nothing");
		expect(readWithoutLock(path, look, () => expect.fail("it may not be read"))).toBe(LOCK_NEEDED);
		let reads = 0;
		const madeMeanwhile = (): void => {
			reads++;
			write("half written", 50);
		};
		expect(readWithoutLock(path, look, madeMeanwhile, { opens: true })).toBe(LOCK_NEEDED);
		expect(reads).toBe(1);
	});

	it("gives up when somebody has to enter", () => {
		expect(
			readWithoutLock(
				path,
				() => undefined,
				() => expect.fail("it may not be read"),
			),
		).toBe(LOCK_NEEDED);
	});

	it("passes on who is in the way", () => {
		const held = new Error("held");
		const looking = (): never => {
			throw held;
		};
		expect(errorOf(() => readWithoutLock(path, looking, read))).toBe(held);
	});

	describe("where the library's own locks keep writers apart", () => {
		it("reads whatever is written, as long as the lock stays the same", () => {
			const covered = (): LockState => ({ lock: "one", covered: true, ownJournal: true });
			writeFileSync(`${path}-journal`, "x");
			let reads = 0;
			const writing = (): number => {
				write(String(++reads), 0);
				return reads;
			};
			expect(readWithoutLock(path, covered, writing)).toBe(1);
		});

		it("reads again when the lock has changed hands, and gives up when it does each time", () => {
			let looks = 0;
			const changing = (): LockState => ({ lock: String(looks++), covered: true, ownJournal: true });
			expect(readWithoutLock(path, changing, read)).toBe(LOCK_NEEDED);
			looks = 0;
			const changed = (): LockState => ({ lock: looks++ === 0 ? "one" : "two", covered: true, ownJournal: true });
			let reads = 0;
			expect(readWithoutLock(path, changed, () => ++reads)).toBe(2);
		});
	});
});
