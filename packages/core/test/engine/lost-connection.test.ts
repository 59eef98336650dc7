import { describe, expect, it } from "vitest";
import type { Driver } from "../../src/driver/driver.ts";
import { defineDriver } from "../../src/driver/frame/define-driver.ts";
import type { VersionChange, VersionState } from "../../src/driver/version-state.ts";
import { Migrate } from "../../src/engine/migrate.ts";
import type { MigrateOptions } from "../../src/engine/migrate-options.ts";
import { MigrateError } from "../../src/migrate-error.ts";
import { memorySource } from "../../src/source/memory-source.ts";

const source = memorySource({
	"1_a.up.sql": "one",
	"2_b.up.sql": "two",
	"3_c.up.sql": "-- outside\nthree",
});

/** When a connection is lost that makes a change: before it is committed, after, or after somebody else has taken the lock. */
type Loss = "before" | "after" | "stolen" | "silent";

interface FragileDriver extends Driver {
	/** What ran, in its order. */
	readonly ran: readonly string[];
}

/** A database in variables whose connection is lost at the changes that `losses` names, in turn, by `VERSION` or `VERSION dirty`. */
function fragileDriver(losses: readonly (readonly [at: string, loss: Loss])[]): FragileDriver {
	const left = [...losses];
	let committed: VersionState & { readonly token?: string; readonly ran: readonly string[] } = {
		version: -1n,
		dirty: false,
		ran: [],
	};
	let asked: Loss | undefined;

	function commit({ version, dirty, token }: VersionChange, added: readonly string[]): void {
		const name = dirty ? `${version} dirty` : String(version);
		const loss = left[0]?.[0] === name ? left.shift()?.[1] : undefined;
		const next = { version, dirty, ran: [...committed.ran, ...added], ...(token !== undefined && { token }) };
		if (loss !== "before") committed = next;
		asked = loss;
		if (loss !== undefined) throw new MigrateError("ERR_CONNECTION_LOST", "the connection was lost", undefined);
	}

	const driver = defineDriver({ name: "fragile" }, () => ({
		tryLock: async () => undefined,
		releaseLock: async () => {},
		version: async () => committed,
		async setVersion(change) {
			commit(change, []);
		},
		async run(body) {
			committed = { ...committed, ran: [...committed.ran, await body.text()] };
		},
		async apply(body, change) {
			const text = await body.text();
			if (text.startsWith("-- outside")) return "declined" as const;
			commit(change, [text]);
			return "applied" as const;
		},
		async transaction(change, work) {
			const added: string[] = [];
			const result = await work(async (body) => {
				added.push(await body.text());
				return "applied";
			});
			commit(change, added);
			return result;
		},
		async lastToken() {
			if (asked === "silent") throw new MigrateError("ERR_DATABASE", "nobody answers", {});
			if (asked === "stolen") throw new MigrateError("ERR_LOCK_LOST", "the lock was lost", { owner: "another" });
			return committed.token;
		},
		drop: async () => {},
		close: async () => {},
	}));
	return Object.defineProperty(driver, "ran", { get: () => committed.ran }) as unknown as FragileDriver;
}

function migrateOver(driver: Driver, options: MigrateOptions = {}): Migrate {
	return new Migrate({ source, driver, ...options });
}

const ALL = ["one", "two", "-- outside\nthree"];

describe("a connection that is lost at a commit", () => {
	it.each<[string, readonly (readonly [string, Loss])[]]>([
		["which took place", [["2", "after"]]],
		["which did not take place", [["2", "before"]]],
		[
			"more than once",
			[
				["2", "before"],
				["2", "before"],
			],
		],
		["of the mark before a file outside a transaction", [["3 dirty", "before"]]],
		["of that mark, which took place", [["3 dirty", "after"]]],
		["after a file outside a transaction", [["3", "before"]]],
		["after such a file, which took place", [["3", "after"]]],
	])("%s, does not end the run, and each migration runs once", async (_, losses) => {
		const driver = fragileDriver(losses);
		const { applied, to } = await migrateOver(driver).up();
		expect(applied.map(({ version }) => version)).toEqual([1n, 2n, 3n]);
		expect(to).toBe(3n);
		expect(driver.ran).toEqual(ALL);
	});

	it.each<Loss>(["before", "after"])("of all migrations together: %s", async (loss) => {
		const driver = fragileDriver([["3", loss]]);
		const ended: bigint[] = [];
		const onEvent: MigrateOptions["onEvent"] = (event) => {
			if (event.type === "end") ended.push(event.migration.version);
		};
		const { applied } = await migrateOver(driver, { transaction: "all", onEvent }).up();
		expect(applied.map(({ version }) => version)).toEqual([1n, 2n, 3n]);
		expect(ended).toEqual([1n, 2n, 3n]);
		expect(driver.ran).toEqual(ALL);
	});

	it("of each attempt ends the run, and says what is true", async () => {
		const driver = fragileDriver(Array.from({ length: 3 }, () => ["2", "before"] as const));
		await expect(migrateOver(driver).up()).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			message: expect.stringContaining("rolled back; the database is at version 1 and not dirty"),
			cause: { code: "ERR_CONNECTION_LOST" },
		});
		expect(driver.ran).toEqual(["one"]);
	});

	it.each<"each" | "all">(["each", "all"])("is of unknown outcome when nobody answers: %s", async (transaction) => {
		const driver = fragileDriver([[transaction === "all" ? "3" : "2", "silent"]]);
		await expect(migrateOver(driver, { transaction }).up()).rejects.toMatchObject({
			code: "ERR_OUTCOME_UNKNOWN",
			details: { dirty: false, report: { to: transaction === "all" ? -1n : 1n } },
			cause: { code: "ERR_CONNECTION_LOST", suppressed: [{ code: "ERR_DATABASE" }] },
		});
	});

	it("is not made again when another run has taken the lock", async () => {
		const driver = fragileDriver([["2", "stolen"]]);
		await expect(migrateOver(driver).up()).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			message: expect.stringContaining("all the same the database is at version 2 and not dirty"),
			cause: { code: "ERR_LOCK_LOST" },
		});
		expect(driver.ran).toEqual(["one", "two"]);
	});

	it("of a version that is forced is found or made again", async () => {
		const driver = fragileDriver([["7", "before"]]);
		await migrateOver(driver).force(7);
		expect(await migrateOver(driver).version()).toEqual({ version: 7n, dirty: false });
		await expect(migrateOver(fragileDriver([["7", "silent"]])).force(7)).rejects.toMatchObject({
			code: "ERR_CONNECTION_LOST",
		});
	});
});
