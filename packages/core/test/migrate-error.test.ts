import { describe, expect, expectTypeOf, it } from "vitest";
import { cleanUpAfter } from "../src/clean-up-after.ts";
import { isMigrateError, MigrateError, suppress } from "../src/migrate-error.ts";

describe("MigrateError", () => {
	it("carries code, details and cause", () => {
		const cause = new Error("disk");
		const error = new MigrateError("ERR_DIRTY", "dirty at 3", { version: 3n }, { cause });
		expect(error).toMatchObject({ name: "MigrateError", message: "dirty at 3", code: "ERR_DIRTY", suppressed: [] });
		expect(error.details.version).toBe(3n);
		expect(error.cause).toBe(cause);
	});
});

describe("isMigrateError", () => {
	it("tells an error of another copy of the module", async () => {
		const url = new URL("../src/migrate-error.ts?another-copy", import.meta.url).href;
		const copy = (await import(/* @vite-ignore */ url)) as typeof import("../src/migrate-error.ts");
		const foreign = new copy.MigrateError("ERR_LOCKED", "locked", undefined);
		expect(foreign).not.toBeInstanceOf(MigrateError);
		expect(isMigrateError(foreign)).toBe(true);
		expect(copy.isMigrateError(new MigrateError("ERR_LOCKED", "locked", undefined))).toBe(true);
	});

	it("tells codes apart", () => {
		const error: unknown = new MigrateError("ERR_DIRTY", "dirty", { version: 3n });
		expect(isMigrateError(error, "ERR_LOCKED")).toBe(false);
		expect(isMigrateError(error, "ERR_DIRTY") && error.details.version).toBe(3n);
	});

	it("lets a switch over the code narrow the details", () => {
		function versionsOf(error: unknown): readonly bigint[] {
			if (!isMigrateError(error)) return [];
			switch (error.code) {
				case "ERR_DIRTY":
					expectTypeOf(error.details).toEqualTypeOf<{ readonly version: bigint }>();
					return [error.details.version];
				case "ERR_OUT_OF_ORDER":
					return error.details.versions;
				case "ERR_LOCKED":
					expectTypeOf(error.details).toEqualTypeOf<undefined>();
					return [];
				default:
					return [];
			}
		}
		expect(versionsOf(new MigrateError("ERR_DIRTY", "dirty", { version: 3n }))).toEqual([3n]);
		expect(versionsOf(new MigrateError("ERR_OUT_OF_ORDER", "late", { versions: [1n, 2n] }))).toEqual([1n, 2n]);
	});

	it.each([[new Error("plain")], [undefined], [null], ["ERR_DIRTY"], [{ code: "ERR_DIRTY" }]])(
		"refuses %j",
		(value) => {
			expect(isMigrateError(value)).toBe(false);
		},
	);
});

describe("suppress", () => {
	it("keeps the first error's code, message, details, cause and stack, and the later ones in order", () => {
		const cause = new Error("disk");
		const first = new MigrateError("ERR_DIRTY", "dirty", { version: 3n }, { cause });
		const both = suppress(suppress(first, "second"), "third");
		expect(isMigrateError(both, "ERR_DIRTY")).toBe(true);
		const { message, stack } = first;
		expect(both).toMatchObject({ message, stack, details: { version: 3n }, suppressed: ["second", "third"] });
		expect(both.cause).toBe(cause);
	});

	it("joins an error without a stack", () => {
		const first = new MigrateError("ERR_LOCKED", "locked", undefined);
		delete first.stack;
		expect(suppress(first, "second")).toMatchObject({ message: "locked", suppressed: ["second"] });
	});

	it("makes one AggregateError, with the first error's message, of errors that are not ours", () => {
		const first = new RangeError("first");
		const both = suppress(first, "second");
		expect(both).toBeInstanceOf(AggregateError);
		expect(both).toMatchObject({ message: "first", errors: [first, "second"], cause: first });
		expect(suppress("text", "second").message).toBe("text");
	});
});

describe("cleanUpAfter", () => {
	it("resolves to the failure itself when the clean-up succeeds", async () => {
		const failure = new Error("first");
		expect(await cleanUpAfter(failure, async () => {})).toBe(failure);
	});

	it("keeps the failure of the clean-up with it", async () => {
		const failure = new MigrateError("ERR_LOCKED", "locked", undefined);
		const later = new Error("later");
		const both = await cleanUpAfter(failure, async () => {
			throw later;
		});
		expect(both).toMatchObject({ code: "ERR_LOCKED", suppressed: [later] });
	});
});
