import { describe, expect, it } from "vitest";
import { folderOf, godwit, onTerminal, threeMigrations, withoutTimes } from "./fixtures/godwit.ts";

const drivers = ["gate-driver"] as const;

async function migrated(): Promise<{ readonly cwd: string; readonly flags: readonly string[] }> {
	const cwd = await folderOf(threeMigrations);
	const flags = ["-path", "m", "-database", "sqlite-native://a.db"];
	await godwit([...flags, "up"], { cwd });
	return { cwd, flags };
}

async function versionIn(cwd: string, flags: readonly string[]): Promise<string> {
	const { stdout, stderr } = await godwit([...flags, "version"], { cwd });
	return stdout + stderr;
}

/** What a terminal is sent for a migration: first that it runs, and in its place that it has run. */
function ran(name: string): string {
	return `\r\u001b[K${name} ...\r\u001b[K${name} (TIME)\r\n`;
}

// script's options differ on other systems.
describe.skipIf(process.platform !== "linux")("godwit on a terminal", () => {
	it.each(["y", " Y "])("reverts everything when the answer is %j", async (answer) => {
		const { cwd, flags } = await migrated();
		const { child, printed, outcome } = onTerminal([...flags, "down"], { cwd });
		await printed("Are you sure you want to apply all down migrations? [y/N] ");
		child.stdin?.write(`${answer}\n`);
		const { code, stdout } = await outcome;
		expect(withoutTimes(stdout)).toContain(
			`Applying all down migrations\r\n${["3/d tags", "2/d posts", "1/d users"].map(ran).join("")}`,
		);
		expect(code).toBe(0);
	});

	it.each(["n", "", "yes", "ye"])("reverts nothing when the answer is %j", async (answer) => {
		const { cwd, flags } = await migrated();
		const { child, printed, outcome } = onTerminal([...flags, "down"], { cwd });
		await printed("[y/N] ");
		child.stdin?.write(`${answer}\n`);
		const { code, stdout } = await outcome;
		expect(stdout).toContain("error: Not applying all down migrations\r\n");
		expect(code).toBe(1);
		expect(await versionIn(cwd, flags)).toBe("3\n");
	});

	it("reverts nothing when the answer is the end of the input", async () => {
		const { cwd, flags } = await migrated();
		const { child, printed, outcome } = onTerminal([...flags, "down"], { cwd });
		await printed("[y/N] ");
		child.stdin?.write("\u0004");
		const { code, stdout } = await outcome;
		expect(stdout).toContain("error: Not applying all down migrations\r\n");
		expect(code).toBe(1);
	});

	it("drops everything when the answer is yes, and nothing when it is no", async () => {
		const { cwd, flags } = await migrated();
		const no = onTerminal([...flags, "drop"], { cwd });
		await no.printed("Are you sure you want to drop the entire database schema? [y/N] ");
		no.child.stdin?.write("n\n");
		expect((await no.outcome).stdout).toContain("error: Aborted dropping the entire database schema\r\n");
		expect(await versionIn(cwd, flags)).toBe("3\n");

		const yes = onTerminal([...flags, "drop"], { cwd });
		await yes.printed("[y/N] ");
		yes.child.stdin?.write("y\n");
		const { code, stdout } = await yes.outcome;
		expect(stdout).toContain("Dropping the entire database schema\r\n");
		expect(code).toBe(0);
		expect(await versionIn(cwd, flags)).toBe("error: no migration\n");
	});

	it("shows the stored texts without what a terminal would obey, and runs them when the answer is yes", async () => {
		const cwd = await folderOf({ ...threeMigrations, "m/3_tags.down.sql": "-- \u001b[2J\r\nDROP TABLE tags;" });
		const flags = ["-path", "m", "-database", "sqlite-native://a.db"];
		await godwit([...flags, "up"], { cwd });
		const args = [...flags, "down", "1", "-stored"];
		for (const [answer, version] of [
			["n", "3\n"],
			["\u0003", "3\n"],
			["y", "2\n"],
		] as const) {
			const { child, printed, outcome } = onTerminal(args, { cwd });
			await printed("Are you sure you want to run them? [y/N] ");
			child.stdin?.write(`${answer}${answer === "\u0003" ? "" : "\n"}`);
			const { code, stdout } = await outcome;
			expect(stdout).toContain("-- \uFFFD[2J\r\nDROP TABLE tags;\r\n");
			expect(code).toBe({ n: 1, "\u0003": 130, y: 0 }[answer]);
			expect(await versionIn(cwd, flags)).toBe(version);
		}
	});

	it("does not ask for a number of migrations", async () => {
		const { cwd, flags } = await migrated();
		const { code, stdout } = await onTerminal([...flags, "down", "1"], { cwd }).outcome;
		expect(withoutTimes(stdout)).toBe(ran("3/d tags"));
		expect(code).toBe(0);
	});

	it("stops at Ctrl-C while it asks", async () => {
		const { cwd, flags } = await migrated();
		const { child, printed, outcome } = onTerminal([...flags, "down"], { cwd });
		await printed("[y/N] ");
		child.stdin?.write("\u0003");
		expect((await outcome).code).toBe(130);
		expect(await versionIn(cwd, flags)).toBe("3\n");
	});

	it("shows which migration runs before it has run", async () => {
		const cwd = await folderOf({ "m/1_users.up.sql": "" });
		const { child, printed, outcome } = onTerminal(["-path", "m", "-database", "gate://run", "up"], {
			cwd,
			drivers,
		});
		await printed("running");
		child.stdin?.write("go on\n");
		const { stdout } = await outcome;
		expect(stdout.startsWith("\r\u001b[K1/u users ...running\r\n")).toBe(true);
	});

	it("shows how far a long migration is, and takes that line away", async () => {
		const cwd = await folderOf({ "m/1_users.up.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY);" });
		const args = ["-path", "m", "-database", "gate://slow", "up"];
		const { stdout } = await onTerminal(args, { cwd, drivers }).outcome;
		const [nothing, ...shown] = withoutTimes(stdout).split("\r\u001b[K");
		expect(nothing).toBe("");
		expect(shown.length).toBeGreaterThan(2);
		expect(new Set(shown)).toEqual(
			new Set(["1/u users ...", "1/u users ... 44 bytes read, TIME", "1/u users (TIME)\r\n"]),
		);
		const piped = await godwit(args, { cwd, drivers });
		expect(withoutTimes(piped.stderr)).toBe("1/u users (TIME)\n");
	});
});
