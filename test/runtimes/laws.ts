import type { Verdict } from "./programs/laws.ts";
import { runProgram } from "./run-program.ts";
import type { DriverName, Runtime } from "./runtimes.ts";

/** How many random cases each property checks. The unit tests try many; here it is the bindings that differ. */
const RUNS = 3;

/** Of the harness, which looks at the database from other processes. */
const HARNESS_PERMISSIONS = ["--allow-run=cp,sh"];

export interface LawsPlace {
	/** The folder in which the packages are installed. */
	readonly installed: string;
	/** The URL of a PostgreSQL server without a database, for the driver `postgres`. */
	readonly server?: string | undefined;
}

/** Tries a driver by the laws in a runtime. @returns What they came to, by the law's name. */
export async function lawsIn(
	runtime: Runtime,
	driver: DriverName,
	{ installed, server = "" }: LawsPlace,
): Promise<ReadonlyMap<string, Verdict>> {
	const more = runtime.flags.includes("--allow-read") ? HARNESS_PERMISSIONS : [];
	const words = ["test/runtimes/programs/laws.ts", driver, String(RUNS), server] as const;
	const { code, stdout, stderr } = await runProgram(runtime, words, { cwd: installed, more });
	if (code !== 0) throw new Error(`the laws of ${driver} ended with ${code} in ${runtime.name}: ${stderr}`);
	const verdicts = stdout
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as Verdict);
	// A title is the law's name and where the promise is made.
	return new Map(verdicts.map((verdict) => [verdict.law.replace(/ \(.*\)$/, ""), verdict]));
}
