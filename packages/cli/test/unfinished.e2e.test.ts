import { describe, expect, it } from "vitest";
import { folderOf, godwit, type Outcome, threeMigrations } from "./fixtures/godwit.ts";

const HANGS = "await new Promise(() => {});";

/** A source that lists one version and never reads it. */
const HANGING_SOURCE = `export const source = {
	open: async () => ({
		location: "hanging",
		versions: async () => [1n],
		readUp: () => new Promise(() => {}),
		readDown: async () => undefined,
		close: async () => {},
		async [Symbol.asyncDispose]() {},
	}),
};`;

/** Runs the command in a project with these files, beside three migrations in `m`. */
async function inProject(files: Readonly<Record<string, string>>, args: string): Promise<Outcome> {
	const cwd = await folderOf({ ...threeMigrations, "package.json": "{}", ...files });
	return godwit(args.split(" "), { cwd });
}

const config = (content: object): Readonly<Record<string, string>> => ({
	"godwit.config.json": JSON.stringify(content),
});

const WAITS = /^error: nothing is left to wait for, and the command has not ended: .* never settles; see .*\n$/m;
const EXITS = /^error: process\.exit was called before the command had ended; look for it in .*\n$/m;

describe("a command that does not come to its end", () => {
	it.each([
		["a configuration", { "godwit.config.mjs": `${HANGS} export default {};` }, "-database sqlite-node://a.db up"],
		[
			"a driver",
			{
				...config({ drivers: { d: "./d.mjs" } }),
				"d.mjs": "export const driver = { open: () => new Promise(() => {}) };",
			},
			"-path m -database d://a up",
		],
		[
			"a source",
			{ ...config({ sources: { s: "./s.mjs" } }), "s.mjs": HANGING_SOURCE },
			"-source s://a -database sqlite-node://a.db up",
		],
	])("fails where %s awaits what never settles", async (_, files, args) => {
		const outcome = await inProject(files, args);
		expect(outcome).toEqual({ code: 1, stdout: "", stderr: expect.stringMatching(WAITS) });
	});

	it("says so as the last line of -json too", async () => {
		const { code, stdout } = await inProject({ "godwit.config.mjs": HANGS }, "-json -database sqlite-node://a.db up");
		expect({ code, document: JSON.parse(stdout) }).toEqual({
			code: 1,
			document: { godwit: 1, type: "error", message: expect.stringContaining("nothing is left to wait for") },
		});
	});

	it("fails where a configuration calls process.exit(0), and leaves another code as it is", async () => {
		const args = "-database sqlite-node://a.db up";
		const zero = await inProject({ "godwit.config.mjs": "process.exit(0);" }, args);
		expect(zero).toEqual({ code: 1, stdout: "", stderr: expect.stringMatching(EXITS) });
		expect(await inProject({ "godwit.config.mjs": "process.exit(7);" }, args)).toEqual({
			code: 7,
			stdout: "",
			stderr: "",
		});
	});
});
