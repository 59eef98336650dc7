import { describe, expect, it } from "vitest";
import { asksNoStore } from "../../src/statements/asks-no-store.ts";

describe("asksNoStore", () => {
	it.each([
		"-- godwit: no-store\nselect 'secret';",
		"-- about\r\n--godwit:  no-store\r\nselect 1;",
		"/* about */ ;\n-- godwit: no-transaction\n-- godwit: no-store\nselect 1;",
		"-- godwit: no-store",
	])("is true for %j", (text) => {
		expect(asksNoStore(text)).toBe(true);
	});

	it.each([
		"-- godwit: no-stor\nselect 'secret';",
		"-- GODWIT: no-store\nselect 1;",
		"/* godwit: no-store */ select 1;",
	])("is true for %j, whose directive cannot be read", (text) => {
		expect(asksNoStore(text)).toBe(true);
	});

	it.each([
		"select 1;",
		"",
		"-- godwit: no-transaction\nselect 1;",
		"select '\n-- godwit: no-store\n';",
		"select 1;\n-- godwit: no-store\n",
		"/* about\n-- godwit: no-store\n*/ select 1;",
	])("is false for %j", (text) => {
		expect(asksNoStore(text)).toBe(false);
	});
});
