import fs, { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MigrateError } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FileHooks } from "../../src/folder-locks/file-hooks.ts";
import type { HookedFiles } from "../../src/folder-locks/hooked-files.ts";
import { errorOf } from "../fixtures/error-of.ts";
import { onLinux } from "../fixtures/linux.ts";

const REPLACED = [
	"mkdirSync",
	"rmdirSync",
	"accessSync",
	"openSync",
	"closeSync",
	"fsyncSync",
	"writeSync",
	"ftruncateSync",
	"unlinkSync",
] as const;

const { fsyncSync } = fs;
const WRITE = fs.constants.O_RDWR | fs.constants.O_CREAT;

let fileHooks: typeof import("../../src/folder-locks/file-hooks.ts").fileHooks;
/** What was synced, by path; what a disk or a system says to it, by path. */
const synced: string[] = [];
const failing = new Map<string, string>();

beforeAll(async () => {
	// The module keeps the functions that it finds.
	fs.fsyncSync = (file) => {
		const path = onLinux ? fs.readlinkSync(`/proc/self/fd/${file}`) : "";
		synced.push(path);
		const code = failing.get(path);
		if (code !== undefined) throw Object.assign(new Error(code), { code });
		fsyncSync(file);
	};
	({ fileHooks } = await import("../../src/folder-locks/file-hooks.ts"));
});

afterAll(() => {
	fs.fsyncSync = fsyncSync;
});

let folder: string;
let main: string;

beforeEach(() => {
	folder = fs.realpathSync(mkdtempSync(join(tmpdir(), "godwit-hooks-")));
	main = join(folder, "app.db");
	synced.length = 0;
	failing.clear();
});

afterEach(() => {
	rmSync(folder, { recursive: true });
});

interface Files extends HookedFiles {
	readonly told: string[];
	reading: boolean;
}

function filesOf(entered: readonly string[], changes: Partial<HookedFiles> = {}): Files {
	const told: string[] = [];
	return {
		told,
		main,
		reading: false,
		entered: (path) => entered.includes(path),
		enter: (path) => void told.push(`enter ${path}`),
		locking: (path) => void told.push(`locking ${path}`),
		closing: (path) => void told.push(`closing ${path}`),
		...changes,
	};
}

/** Opens a file as the library does, and leaves it open. */
function open(hooks: FileHooks, path: string): number {
	return hooks.call(() => fs.openSync(path, WRITE, 0o644));
}

describe("a guarded call", () => {
	it("replaces functions of fs for its own length, also when it fails, and inside another one", () => {
		const before = REPLACED.map((name) => fs[name]);
		const now = (): readonly unknown[] => REPLACED.map((name) => fs[name]);
		const hooks = fileHooks(filesOf([main]));
		hooks.call(() => {
			expect(now().filter((one, at) => one === before[at])).toEqual([]);
			const outer = now();
			fileHooks(filesOf([])).call(() => expect(now()).not.toEqual(outer));
			expect(now()).toEqual(outer);
		});
		expect(now()).toEqual(before);
		const failure = new Error("of the library");
		expect(
			errorOf(() =>
				hooks.call(() => {
					throw failure;
				}),
			),
		).toBe(failure);
		expect(now()).toEqual(before);
		expect(hooks.call(() => "result")).toBe("result");
	});

	it("leaves files alone that are none of the library's", () => {
		const hooks = fileHooks(filesOf([main]));
		const other = join(folder, "other.lock");
		hooks.call(() => {
			fs.mkdirSync(other);
			expect(fs.statSync(other).isDirectory()).toBe(true);
			fs.accessSync(other);
			fs.rmdirSync(other);
			expect(errorOf(() => fs.accessSync(other))).toBeInstanceOf(Error);
			expect(errorOf(() => fs.rmdirSync(other))).toMatchObject({ code: "ENOENT" });
		});
		expect(readdirSync(folder)).toEqual([]);
	});
});

describe("the library's lock", () => {
	it("makes no folder for a file that others are kept off, and tells that it locks", () => {
		const files = filesOf([main]);
		const hooks = fileHooks(files);
		hooks.call(() => {
			fs.mkdirSync(`${main}.lock`);
			expect(readdirSync(folder)).toEqual([]);
			fs.rmdirSync(`${main}.lock`);
		});
		expect(files.told).toEqual([`locking ${main}`]);
	});

	it("is busy for a file that others cannot be kept off, and the call says who is in the way", () => {
		const held = new DatabaseHeldError("app.db.lock is held by process 4711", "godwit");
		const refusing = (): never => {
			throw held;
		};
		for (const files of [filesOf([main], { locking: refusing }), filesOf([], { enter: refusing })]) {
			const hooks = fileHooks(files);
			let seen: unknown;
			const told = errorOf(() =>
				hooks.call(() => {
					seen = errorOf(() => fs.mkdirSync(`${main}.lock`));
					throw new Error("database is locked");
				}),
			);
			expect(seen).toMatchObject({ code: "EEXIST" });
			expect(told).toBe(held);
		}
	});

	it("is told also when the library has swallowed it", () => {
		const held = new DatabaseHeldError("held", "godwit");
		const hooks = fileHooks(
			filesOf([], {
				enter() {
					throw held;
				},
			}),
		);
		expect(errorOf(() => hooks.call(() => errorOf(() => fs.mkdirSync(`${main}.lock`))))).toBe(held);
		expect(hooks.call(() => 1)).toBe(1);
	});

	it("gives the library's own error the reason that it leaves out", () => {
		const reason = new Error("EACCES: permission denied");
		const hooks = fileHooks(
			filesOf([main], {
				locking() {
					throw reason;
				},
			}),
		);
		const failure = new Error("disk I/O error");
		const told = errorOf(() =>
			hooks.call(() => {
				errorOf(() => fs.mkdirSync(`${main}.lock`));
				throw failure;
			}),
		);
		expect(told).toBe(failure);
		expect(told).toMatchObject({ message: "disk I/O error: EACCES: permission denied", cause: reason });
	});

	it("passes on an error of godwit's as it is", () => {
		const lost = new MigrateError("ERR_LOCK_LOST", "lost", { owner: "nobody" });
		const hooks = fileHooks(
			filesOf([main], {
				locking() {
					throw lost;
				},
			}),
		);
		const told = errorOf(() =>
			hooks.call(() => {
				errorOf(() => fs.mkdirSync(`${main}.lock`));
				throw new Error("disk I/O error");
			}),
		);
		expect(told).toBe(lost);
	});

	it("of a further file, such as that of VACUUM INTO, keeps others off it when it was opened here", () => {
		const files = filesOf([main]);
		const hooks = fileHooks(files);
		const copy = join(folder, "copy.db");
		const file = open(hooks, copy);
		hooks.call(() => fs.mkdirSync(`${copy}.lock`));
		expect(files.told).toEqual([`enter ${copy}`]);
		expect(readdirSync(folder)).toEqual(["copy.db"]);
		hooks.call(() => fs.closeSync(file));
		hooks.call(() => fs.mkdirSync(`${copy}.lock`));
		expect(readdirSync(folder)).toEqual(["copy.db", "copy.db.lock"]);
	});
});

describe("the question whether somebody is writing", () => {
	it("is answered with no while others are kept off, so that a left journal is rolled back", () => {
		const hooks = fileHooks(filesOf([main]));
		hooks.call(() => expect(errorOf(() => fs.accessSync(`${main}.lock`))).toBeInstanceOf(Error));
	});

	it("is answered with yes in a read without a lock, in which nothing is locked and nothing rolled back", () => {
		const files = filesOf([]);
		files.reading = true;
		const hooks = fileHooks(files);
		hooks.call(() => {
			fs.mkdirSync(`${main}.lock`);
			fs.accessSync(`${main}.lock`);
			fs.rmdirSync(`${main}.lock`);
		});
		expect(files.told).toEqual([]);
		expect(readdirSync(folder)).toEqual([]);
	});

	it("is for other files the file system's", () => {
		const hooks = fileHooks(filesOf([main]));
		fs.writeFileSync(`${main}-journal`, "");
		hooks.call(() => {
			fs.accessSync(`${main}-journal`);
			expect(errorOf(() => fs.accessSync(`${main}-wal`))).toBeInstanceOf(Error);
		});
	});
});

describe("a file that is closed", () => {
	it("is told of before it is, when it is the last one of its path", () => {
		const files = filesOf([main]);
		const hooks = fileHooks(files);
		const [one, two] = [open(hooks, main), open(hooks, main)];
		hooks.call(() => fs.closeSync(one));
		expect(files.told).toEqual([]);
		hooks.call(() => fs.closeSync(two));
		expect(files.told).toEqual([`closing ${main}`]);
		expect(errorOf(() => fs.fstatSync(two))).toMatchObject({ code: "EBADF" });
	});

	it("is not told of in a read without a lock", () => {
		const files = filesOf([]);
		const hooks = fileHooks(files);
		const file = open(hooks, main);
		files.reading = true;
		hooks.call(() => fs.closeSync(file));
		expect(files.told).toEqual([]);
	});

	it("closes the file also when its lock cannot be given back", () => {
		const closing = (): never => {
			throw new Error("as if SQLite had failed");
		};
		const hooks = fileHooks(filesOf([], { closing }));
		const file = open(hooks, main);
		expect(errorOf(() => hooks.call(() => fs.closeSync(file)))).toHaveProperty("message", "as if SQLite had failed");
		expect(errorOf(() => fs.fstatSync(file))).toHaveProperty("code", "EBADF");
	});
});

describe.runIf(onLinux)("fsync", () => {
	it("of a new journal is followed by one of its folder, once", () => {
		const hooks = fileHooks(filesOf([main]));
		const database = open(hooks, main);
		const journal = open(hooks, `${main}-journal`);
		hooks.call(() => fs.fsyncSync(database));
		expect(synced).toEqual([main]);
		hooks.call(() => fs.fsyncSync(journal));
		expect(synced.slice(1)).toEqual([`${main}-journal`, folder]);
		hooks.call(() => fs.fsyncSync(journal));
		expect(synced.slice(3)).toEqual([`${main}-journal`]);
		hooks.call(() => fs.closeSync(journal));
		const again = open(hooks, `${main}-journal`);
		hooks.call(() => fs.fsyncSync(again));
		expect(synced.slice(4)).toEqual([`${main}-journal`, folder]);
		for (const file of [database, again]) hooks.call(() => fs.closeSync(file));
	});

	it("of a journal that is opened to be rolled back is not", () => {
		fs.writeFileSync(`${main}-journal`, "");
		const hooks = fileHooks(filesOf([main]));
		const journal = hooks.call(() => fs.openSync(`${main}-journal`, fs.constants.O_RDWR));
		hooks.call(() => fs.fsyncSync(journal));
		expect(synced).toEqual([`${main}-journal`]);
		hooks.call(() => fs.closeSync(journal));
	});

	it.each(["EPERM", "EACCES", "EBADF", "EINVAL", "EISDIR", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"])(
		"of a folder that says %s is ignored, as SQLite does",
		(code) => {
			failing.set(folder, code);
			const hooks = fileHooks(filesOf([main]));
			const journal = open(hooks, `${main}-journal`);
			hooks.call(() => fs.fsyncSync(journal));
			hooks.call(() => {
				const directory = fs.openSync(folder, "r");
				fs.fsyncSync(directory);
				fs.closeSync(directory);
			});
			expect(synced).toEqual([`${main}-journal`, folder, folder]);
			hooks.call(() => fs.closeSync(journal));
		},
	);

	it.each(["EIO", "ENOSPC", "EDQUOT"])("of a folder or a file on a disk that fails with %s is an error", (code) => {
		failing.set(folder, code);
		const hooks = fileHooks(filesOf([main]));
		const journal = open(hooks, `${main}-journal`);
		expect(errorOf(() => hooks.call(() => fs.fsyncSync(journal)))).toMatchObject({ code });
		failing.clear();
		failing.set(`${main}-journal`, "EIO");
		expect(errorOf(() => hooks.call(() => fs.fsyncSync(journal)))).toMatchObject({ code: "EIO" });
		failing.set(`${main}-journal`, "EPERM");
		expect(errorOf(() => hooks.call(() => fs.fsyncSync(journal)))).toMatchObject({ code: "EPERM" });
		hooks.call(() => fs.closeSync(journal));
	});

	it("of a folder that cannot be opened does nothing, while a file that cannot be opened is an error", () => {
		const hooks = fileHooks(filesOf([main]));
		hooks.call(() => {
			const directory = fs.openSync(join(folder, "none"), "r");
			fs.fsyncSync(directory);
			fs.closeSync(directory);
			expect(errorOf(() => fs.openSync(join(folder, "none", "app.db"), WRITE))).toMatchObject({ code: "ENOENT" });
		});
		expect(synced).toEqual([]);
	});

	it("of a journal whose folder is gone by now does nothing more", () => {
		const below = join(folder, "below", "app.db");
		fs.mkdirSync(dirname(below));
		const hooks = fileHooks(filesOf([below], { main: below }));
		const journal = open(hooks, `${below}-journal`);
		renameSync(dirname(below), join(folder, "elsewhere"));
		hooks.call(() => fs.fsyncSync(journal));
		expect(synced).toHaveLength(1);
		hooks.call(() => fs.closeSync(journal));
	});
});

describe("a journal that was taken away", () => {
	const cases: readonly (readonly [string, () => void])[] = [
		["removed", () => rmSync(`${main}-journal`)],
		[
			"made anew",
			() => {
				renameSync(`${main}-journal`, `${main}-old`);
				fs.writeFileSync(`${main}-journal`, "another one");
			},
		],
	];

	it.each(cases)("because it was %s is found before a commit, and nothing more is written", (_, takeAway) => {
		const hooks = fileHooks(filesOf([main]));
		const [database, journal] = [open(hooks, main), open(hooks, `${main}-journal`)];
		hooks.assertJournals();
		takeAway();
		const lost = errorOf(() => hooks.assertJournals());
		expect(lost).toMatchObject({ code: "ERR_LOCK_LOST", details: { owner: "another program" } });
		for (const write of [
			() => fs.writeSync(database, Buffer.of(1), 0, 1, 0),
			() => fs.ftruncateSync(database, 1),
			() => fs.unlinkSync(`${main}-journal`),
		]) {
			expect(errorOf(() => hooks.call(write))).toBe(lost);
		}
		expect(fs.statSync(main).size).toBe(0);
		expect(errorOf(() => hooks.assertJournals())).toBe(lost);
		for (const file of [database, journal]) hooks.call(() => fs.closeSync(file));
	});

	it("stays as it was in the middle of ordinary work", () => {
		const hooks = fileHooks(filesOf([main]));
		const [database, journal] = [open(hooks, main), open(hooks, `${main}-journal`)];
		hooks.call(() => {
			fs.writeSync(journal, Buffer.of(1), 0, 1, 0);
			fs.writeSync(database, Buffer.of(1, 2), 0, 2, 0);
			fs.ftruncateSync(database, 1);
		});
		hooks.assertJournals();
		hooks.call(() => {
			fs.closeSync(journal);
			fs.unlinkSync(`${main}-journal`);
		});
		hooks.assertJournals();
		expect(fs.statSync(main).size).toBe(1);
		hooks.call(() => fs.closeSync(database));
	});

	it("is not looked for where others were not kept off", () => {
		const hooks = fileHooks(filesOf([]));
		const journal = open(hooks, `${main}-journal`);
		rmSync(`${main}-journal`);
		hooks.assertJournals();
		hooks.call(() => fs.closeSync(journal));
	});
});
