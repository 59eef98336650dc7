import { expect } from "vitest";
import { expectedBroken } from "./exceptions.ts";
import { installed } from "./installed.ts";
import { lawsIn } from "./laws.ts";
import type { DriverName, Runtime } from "./runtimes.ts";

/**
 * Asserts that a driver breaks those laws in a runtime that the page names, and no other.
 *
 * @param server The URL of a PostgreSQL server without a database, for the driver `postgres`.
 */
export async function assertKeepsLaws(runtime: Runtime, driver: DriverName, server?: string): Promise<void> {
	const verdicts = await lawsIn(runtime, driver, { installed, server });
	const broken = [...verdicts].filter(([, verdict]) => verdict.broken !== undefined);
	const unexpected = broken.filter(([law]) => !expectedBroken(runtime.name, driver).includes(law));
	expect(unexpected.map(([law, verdict]) => `${law}: ${verdict.broken}`)).toEqual([]);
	// A law that holds by now is no exception any more.
	expect(broken.map(([law]) => law).sort()).toEqual([...expectedBroken(runtime.name, driver)].sort());
	// PGlite has one session, which leaves out the laws of several.
	expect(verdicts.size).toBeGreaterThan(driver === "pglite" ? 60 : 100);
}
