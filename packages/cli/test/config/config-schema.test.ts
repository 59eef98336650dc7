import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import schema from "../../schemas/config.schema.json" with { type: "json" };
import { parseConfig } from "../../src/config/parse-config.ts";

const valid = new Ajv2020({ strict: true }).compile(schema);

/** Whether the command takes it. */
function taken(config: unknown): boolean {
	try {
		parseConfig(config);
		return true;
	} catch (error) {
		expect(error).toMatchObject({ name: "ConfigFault" });
		return false;
	}
}

const environment = {
	source: "file://m",
	database: "env:URL_1",
	"out-of-order": "apply",
	changed: "warn",
	newer: "allow",
	protected: true,
};

describe("config.schema.json", () => {
	it.each([
		{},
		environment,
		{
			...environment,
			$schema: "x",
			environments: { a: environment, "B-1.c_d": {} },
			drivers: { "a+b": "c" },
			sources: {},
		},
	])("takes %j, as the command does", (config) => {
		expect(valid(config), JSON.stringify(valid.errors)).toBe(true);
		expect(taken(config)).toBe(true);
	});

	const wrong = Object.keys(environment).flatMap((key) =>
		["", " ", "other", 1, null, [], {}].map((value) => ({ [key]: value })),
	);
	const texts = new Set(["source", "database"]);
	const refused = [
		...wrong.filter((entry) => !Object.entries(entry).some(([key, value]) => texts.has(key) && value === "other")),
		{ other: 1 },
		{ database: "env:" },
		{ source: "env:a b" },
		{ environments: { default: {} } },
		{ environments: { "a b": {} } },
		{ environments: { "": {} } },
		{ environments: { a: { drivers: {} } } },
		{ environments: { a: null } },
		{ environments: [] },
		{ drivers: { A: "b" } },
		{ drivers: { a: "" } },
		{ sources: { a: 1 } },
		[],
		null,
		"x",
	];
	it.each([...refused, ...wrong.filter((entry) => refused.includes(entry)).map((a) => ({ environments: { a } }))])(
		"refuses %j, as the command does",
		(config) => {
			expect(valid(config)).toBe(false);
			expect(taken(config)).toBe(false);
		},
	);
});
