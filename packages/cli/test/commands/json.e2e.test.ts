import { mkdirSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import checkSchema from "../../schemas/check.schema.json" with { type: "json" };
import doctorSchema from "../../schemas/doctor.schema.json" with { type: "json" };
import dumpSchema from "../../schemas/dump.schema.json" with { type: "json" };
import lineSchema from "../../schemas/line.schema.json" with { type: "json" };
import planSchema from "../../schemas/plan.schema.json" with { type: "json" };
import rehearseSchema from "../../schemas/rehearse.schema.json" with { type: "json" };
import statusSchema from "../../schemas/status.schema.json" with { type: "json" };
import { commandNames } from "../../src/command-line/commands.ts";
import { folderOf, godwit, type Outcome, threeMigrations } from "../fixtures/godwit.ts";

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, formats: { "date-time": true } });
ajv.addSchema(statusSchema);
const validLine = ajv.compile(lineSchema);
const validDocument: Readonly<Record<string, ValidateFunction>> = {
	check: ajv.compile(checkSchema),
	doctor: ajv.compile(doctorSchema),
	dump: ajv.compile(dumpSchema),
	plan: ajv.compile(planSchema),
	rehearse: ajv.compile(rehearseSchema),
	status: ajv.compile(statusSchema),
};

/** In an order in which each can do something. */
const COMMANDS: readonly (readonly [string, ...string[]])[] = [
	["init"],
	["create", "-ext", "sql", "-dir", "new", "x"],
	["check"],
	["seal"],
	["status"],
	["plan"],
	["rehearse"],
	["up", "2"],
	["up", "-rehearse"],
	["redo"],
	["backup"],
	["restore", "-f", "BACKUP"],
	["history"],
	["history", "-show", "1"],
	["history", "-diff", "1"],
	["dump"],
	["dump", "-check", "m/1_users.up.sql"],
	["doctor"],
	["version"],
	["down", "1"],
	["down", "1", "-stored", "-f"],
	["goto", "2"],
	["force", "1"],
	["repair"],
	["repair", "-skip", "2"],
	["unlock", "-f"],
	["drop", "-f"],
	["baseline", "-force", "1"],
	["completion", "bash"],
	["help"],
	["help", "up"],
];

async function placeWith(): Promise<(...args: readonly string[]) => Promise<Outcome>> {
	const cwd = await folderOf(threeMigrations);
	mkdirSync(`${cwd}/new`);
	return (...args) => godwit(["-path", "m", "-database", "sqlite-native://a.db", "-json", ...args], { cwd });
}

/** Checks what was printed against the schema of a document, or line by line. */
function expectValid(name: string, stdout: string): readonly Readonly<Record<string, unknown>>[] {
	const isDocument = name in validDocument || (name === "repair" && stdout.includes('"command":"status"'));
	const texts = isDocument ? [stdout] : stdout.trimEnd().split("\n");
	return texts.map((text) => {
		const document = JSON.parse(text) as Readonly<Record<string, unknown>>;
		const validate = (isDocument && validDocument[name === "repair" ? "status" : name]) || validLine;
		expect(validate(document), `${name}: ${text}\n${ajv.errorsText(validate.errors)}`).toBe(true);
		return document;
	});
}

describe("-json", () => {
	it("prints of every command what a schema of the package describes", async () => {
		expect([...new Set(COMMANDS.map(([name]) => name))].toSorted()).toEqual(commandNames.toSorted());
		const run = await placeWith();
		let backup = "";
		for (const [name, ...args] of COMMANDS) {
			const { code, stdout, stderr } = await run(name, ...args.map((arg) => arg.replace("BACKUP", backup)));
			expect([0, 4], `${name} ${args.join(" ")}: ${stderr}`).toContain(code);
			expect(stdout, name).not.toBe("");
			const printed = expectValid(name, stdout);
			if (name === "backup") backup = String(printed.at(-1)?.path);
		}
	});

	it.each([
		["a count that is none", ["history", "-n", "-1"]],
		["a command that is none", ["bogus"]],
		["a value that a flag does not take", ["status", "-exit-code=maybe"]],
		["no command", []],
	])("ends with an error for %s", async (_, args) => {
		const run = await placeWith();
		const { code, stdout, stderr } = await run(...args);
		expect(code).toBe(2);
		expect(stderr).not.toBe("");
		const [error, ...more] = expectValid("error", stdout);
		expect(more).toEqual([]);
		expect(error).toMatchObject({ godwit: 1, type: "error", message: expect.stringMatching(/./) });
		expect((await run("-json=false", ...args)).stdout).toBe("");
	});

	it("prints the program's own version", async () => {
		const { code, stdout } = await (await placeWith())("-version");
		expect(code).toBe(0);
		expect(expectValid("version", stdout)).toMatchObject([{ type: "program", version: expect.stringMatching(/^\d/) }]);
	});
});
