import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openFiles } from "../../src/folder-locks/open-files.ts";

let folder: string;
/** To the folder `before`, until it is turned to `after`. */
let link: string;

beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-open-files-")));
	link = join(folder, "current");
	for (const name of ["before", "after"]) mkdirSync(join(folder, name));
	symlinkSync("before", link);
});

function turnLink(): void {
	unlinkSync(link);
	symlinkSync("after", link);
}

afterEach(() => rmSync(folder, { recursive: true }));

it("gives a journal the folder of its database, also when the link to that folder was turned since", () => {
	const open = openFiles();
	open.add(1, join(link, "app.db"));
	turnLink();
	open.add(2, join(link, "app.db-journal"));
	expect([open.pathOf(1), open.pathOf(2)]).toEqual([
		join(folder, "before", "app.db"),
		join(folder, "before", "app.db-journal"),
	]);
});

it("looks anew where a link to a folder leads, once none of its files is open", () => {
	const open = openFiles();
	open.add(1, join(folder, "main.db"));
	open.add(2, join(link, "app.db"));
	open.add(3, join(link, "app.db-journal"));
	turnLink();
	open.remove(2);
	expect(open.realName(join(link, "app.db"))).toBe(join(folder, "before", "app.db"));
	open.remove(3);
	expect(open.realName(join(link, "app.db"))).toBe(join(folder, "after", "app.db"));
});
