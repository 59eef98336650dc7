import { describe, expect, it } from "vitest";
import { assertKeepsLaws } from "./assert-keeps-laws.ts";
import { emptyFolder, godwit } from "./installed.ts";
import { DENO_PERMISSIONS, type DriverName, restrictedDeno } from "./runtimes.ts";

/** Where the driver is tried. */
export interface Databases {
	/** The URL of a database that nothing is in. A relative path is in the folder of the test. */
	database(): string | Promise<string>;
	/** The URL of a PostgreSQL server without a database, for the driver `postgres`. */
	server?(): string;
}

/** Describes that a driver needs no more than the page says of Deno, and needs that. */
export function describeRestrictedDeno(driver: DriverName, { database, server }: Databases): void {
	describe(`Deno that allows no more than ${driver} needs`, () => {
		const runtime = restrictedDeno(driver);

		it("keeps the laws but for those of the page", () => assertKeepsLaws(runtime, driver, server?.()));

		it("runs the command", async () => {
			const cwd = emptyFolder();
			const url = await database();
			expect(await godwit(runtime, cwd, url, "up")).toMatchObject({ code: 0 });
			expect(await godwit(runtime, cwd, url, "down", "-all")).toMatchObject({ code: 0 });
			expect(await godwit(runtime, cwd, url, "up")).toMatchObject({ code: 0 });
			expect(await godwit(runtime, cwd, url, "version")).toEqual({ code: 0, stdout: "1\n", stderr: "" });
		});

		it.each(permissionsOf(driver))("needs %s %s, and says so", async (flag, name) => {
			const cwd = emptyFolder();
			const url = await database();
			const flags = runtime.flags.flatMap((one) => without(one, flag, name));
			// Some things are asked of a file that exists alone.
			expect(await godwit(runtime, cwd, url, "up")).toMatchObject({ code: 0 });
			const { code, stderr } = await godwit({ ...runtime, flags }, cwd, url, "down", "-all");
			expect(code).toBe(1);
			expect(stderr).toMatch(/--allow-\w+/);
		});
	});
}

/** Each flag, and each name behind it. */
function permissionsOf(driver: DriverName): readonly (readonly [flag: string, name: string])[] {
	return DENO_PERMISSIONS[driver].flatMap((permission) => {
		const [flag = "", names = ""] = permission.split("=");
		return names.split(",").map((name) => [flag, name] as const);
	});
}

/** The flag without a name, or no flag where that was the last one. */
function without(permission: string, flag: string, name: string): readonly string[] {
	const [own, names = ""] = permission.split("=");
	if (own !== flag) return [permission];
	const left = names.split(",").filter((one) => one !== name);
	return left.length === 0 ? [] : [`${own}=${left.join(",")}`];
}
