import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const HERE = import.meta.dirname;

/** How an operation of golang-migrate ended; `outcome.go` says which error has which name. */
export type ReferenceOutcome =
	| "ok"
	| "no-change"
	| "not-exist"
	| "short-limit"
	| "dirty"
	| "invalid-version"
	| "nil-version"
	| "locked"
	| "not-locked"
	| "sql-error"
	| "duplicate"
	| "parse"
	| "other";

/** An object of the schema, as `sqlite_schema` has it. */
export type SchemaRow = readonly [type: string, name: string, table: string, sql: string];

/** How an operation ended, and what the database holds after it. */
export interface ReferenceAnswer {
	readonly outcome: ReferenceOutcome;
	/** How many migrations were missing; 0 unless the outcome is `short-limit`. */
	readonly short: number;
	/** golang-migrate's message; empty when the outcome is `ok`. */
	readonly message: string;
	/** -1 for none, and always after `close()` and a failed `open()`, when nothing is read. */
	readonly version: bigint;
	readonly dirty: boolean;
	/** All rows of the version table, ordered by version; golang-migrate itself looks at one. */
	readonly rows: readonly { readonly version: bigint; readonly dirty: boolean }[];
	/** Ordered by type and name, without the version table, its index and SQLite's own objects. */
	readonly schema: readonly SchemaRow[];
}

/**
 * golang-migrate in a process of its own, with one database open at a time.
 *
 * Operations run in the order of the calls. A failure of golang-migrate is an answer; a method rejects only when the
 * process ended or the database could not be read after the operation. Disposing ends the process.
 */
export interface Reference extends AsyncDisposable {
	/** Go: `migrate.New`. The database is a file; schemes are `sqlite3`, `sqlite` and `ncruces-sqlite3`. */
	open(source: string, database: string): Promise<ReferenceAnswer>;
	up(): Promise<ReferenceAnswer>;
	down(): Promise<ReferenceAnswer>;
	steps(n: number): Promise<ReferenceAnswer>;
	migrate(version: bigint): Promise<ReferenceAnswer>;
	force(version: bigint): Promise<ReferenceAnswer>;
	drop(): Promise<ReferenceAnswer>;
	version(): Promise<ReferenceAnswer>;
	/** Go: `Driver.Lock`; as the next three, the driver's own, without the engine around it. */
	lock(): Promise<ReferenceAnswer>;
	unlock(): Promise<ReferenceAnswer>;
	run(body: string): Promise<ReferenceAnswer>;
	setVersion(version: bigint, dirty: boolean): Promise<ReferenceAnswer>;
	close(): Promise<ReferenceAnswer>;
}

type Operation =
	| { readonly op: "open"; readonly source: string; readonly database: string }
	| { readonly op: "steps"; readonly n: number }
	| { readonly op: "migrate" | "force"; readonly version: string }
	| { readonly op: "set-version"; readonly version: string; readonly dirty: boolean }
	| { readonly op: "run"; readonly body: string }
	| { readonly op: "up" | "down" | "drop" | "version" | "lock" | "unlock" | "close" };

interface WireAnswer extends Omit<ReferenceAnswer, "version" | "rows"> {
	readonly version: string;
	readonly rows: readonly { readonly version: string; readonly dirty: boolean }[];
	readonly readError: string;
}

/**
 * Builds the reference and golang-migrate's own command into `node_modules/.cache/reference`, and resolves to their paths.
 *
 * The first build downloads and compiles for minutes; later ones take about a second.
 *
 * @throws Error when Go is missing, or with the compiler's output when the build fails.
 */
export async function buildReference(): Promise<{ reference: string; migrate: string }> {
	const folder = join(dirname(dirname(HERE)), "node_modules", ".cache", "reference");
	const run = promisify(execFile);
	try {
		await run("go", ["version"]);
	} catch (cause) {
		throw new Error("the tests against golang-migrate need Go: install it from https://go.dev/dl", { cause });
	}
	await mkdir(folder, { recursive: true });
	await run("sh", [join(HERE, "build.sh"), folder]);
	return { reference: join(folder, "reference"), migrate: join(folder, "migrate") };
}

/** Starts the program that {@link buildReference} built. */
export async function startReference(path: string): Promise<Reference> {
	const child = spawn(path, { stdio: ["pipe", "pipe", "pipe"] });
	const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
	let complaint = "";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		complaint += text;
	});
	// A write to a child that has ended fails; "close" reports that end.
	child.stdin.on("error", () => {});
	await once(child, "spawn");

	const waiting: PromiseWithResolvers<ReferenceAnswer>[] = [];
	let ended: Error | undefined;
	createInterface({ input: child.stdout }).on("line", (line) => {
		const next = waiting.shift();
		try {
			next?.resolve(decode(line));
		} catch (err) {
			next?.reject(err);
		}
	});
	child.once("close", (code, signal) => {
		ended = new Error(`the reference ended with ${signal ?? code}: ${complaint.trim()}`);
		for (const next of waiting.splice(0)) next.reject(ended);
	});

	async function send(operation: Operation): Promise<ReferenceAnswer> {
		if (ended) throw ended;
		const answer = Promise.withResolvers<ReferenceAnswer>();
		waiting.push(answer);
		child.stdin.write(`${JSON.stringify(operation)}\n`);
		return answer.promise;
	}

	return {
		open: (source, database) => send({ op: "open", source, database }),
		up: () => send({ op: "up" }),
		down: () => send({ op: "down" }),
		steps: (n) => send({ op: "steps", n }),
		migrate: (version) => send({ op: "migrate", version: String(version) }),
		force: (version) => send({ op: "force", version: String(version) }),
		drop: () => send({ op: "drop" }),
		version: () => send({ op: "version" }),
		lock: () => send({ op: "lock" }),
		unlock: () => send({ op: "unlock" }),
		run: (body) => send({ op: "run", body }),
		setVersion: (version, dirty) => send({ op: "set-version", version: String(version), dirty }),
		close: () => send({ op: "close" }),
		async [Symbol.asyncDispose]() {
			child.stdin.end();
			await closed;
		},
	};
}

function decode(line: string): ReferenceAnswer {
	const { readError, ...wire } = JSON.parse(line) as WireAnswer;
	if (readError) {
		throw new Error(`the database cannot be read after the outcome "${wire.outcome}" (${wire.message}): ${readError}`);
	}
	const rows = wire.rows.map(({ version, dirty }) => ({ version: BigInt(version), dirty }));
	return { ...wire, version: BigInt(wire.version), rows };
}
