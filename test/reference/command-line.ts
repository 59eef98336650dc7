import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import BetterSqlite3 from "better-sqlite3";

const ROOT = dirname(dirname(import.meta.dirname));
export const GODWIT = join(ROOT, "node_modules/.bin/godwit");

/** What a command did. */
export interface Run {
	readonly exit: number;
	/** First line that it printed, on whichever stream, without times of day, durations and the working directory. */
	readonly says: string;
	/** The line that begins with `error: `, empty without one. */
	readonly error: string;
	/** What the database is at afterwards: `none`, `2`, `2 dirty`. */
	readonly version: string;
	/** Files below the folder `new`. */
	readonly created: readonly string[];
	/** Both streams, for messages of the test. */
	readonly output: string;
}

/** What the folder holds in which a command runs. */
export const FILES: Readonly<Record<string, string>> = {
	"m/1_users.up.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY);",
	"m/1_users.down.sql": "DROP TABLE users;",
	"m/2_posts.up.sql": "CREATE TABLE posts (id INTEGER PRIMARY KEY);",
	"m/2_posts.down.sql": "DROP TABLE posts;",
	"two words/1_a.up.sql": "CREATE TABLE a (x);",
	"bad/1_users.up.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY);",
	"bad/2_bad.up.sql": "CREATE TABLE ok (x);\nSELEKT 1;\n",
	"stuck/1_a.up.sql": "CREATE TABLE a (x);",
	"stuck/1_a.down.sql": "SELEKT 1;",
	"oneway/1_users.up.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY);",
	"oneway/2_posts.up.sql": "CREATE TABLE posts (id INTEGER PRIMARY KEY);",
	"duplicate/1_a.up.sql": "",
	"duplicate/01_b.up.sql": "",
	"backup/1_a.up.sql": "CREATE TABLE a (x);",
	"backup/2_b.up.sql~": "CREATE TABLE b (x);",
	"own-transaction/1_a.up.sql": "BEGIN; CREATE TABLE a (x); COMMIT;",
	"commented/1_a.up.sql": "-- godwit: no-transaction\nPRAGMA auto_vacuum = INCREMENTAL;\nVACUUM;",
	"empty/.gitkeep": "",
	file: "",
	"not-a-database.db": "this is text, and long enough to be read as a header of a database",
};

/** Databases that commands start from; golang-migrate's own command makes them, by these arguments. */
export const STATES = {
	new: [],
	at1: [["-path", "m", "-database", "sqlite3://app.db", "goto", "1"]],
	at2: [["-path", "m", "-database", "sqlite3://app.db", "up"]],
	oneway2: [["-path", "oneway", "-database", "sqlite3://app.db", "up"]],
	dirty2: [["-path", "bad", "-database", "sqlite3://app.db", "up"]],
	dirtyNil: [
		["-path", "stuck", "-database", "sqlite3://app.db", "up"],
		["-path", "stuck", "-database", "sqlite3://app.db", "down", "-all"],
	],
	at77: [["-path", "m", "-database", "sqlite3://app.db", "force", "77"]],
} as const;

export type StateName = keyof typeof STATES;

export interface RunOptions {
	/** A database to start with. */
	readonly database: string | undefined;
	readonly stdin: string;
	/** Files beside `FILES`. */
	readonly files: Readonly<Record<string, string>>;
}

/** Makes a folder with `FILES` in it. */
export async function makeFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "godwit-parity-"));
	for (const [name, text] of Object.entries({ ...FILES, ...files })) {
		await mkdir(dirname(join(folder, name)), { recursive: true });
		await writeFile(join(folder, name), text);
	}
	return folder;
}

/** Runs a command in a folder of its own. */
export async function runCommand(
	program: string,
	args: readonly string[],
	{ database, stdin, files }: RunOptions,
): Promise<Run> {
	const folder = await makeFolder(files);
	try {
		if (database !== undefined) await copyFile(database, join(folder, "app.db"));
		const { exit, stdout, stderr } = await spawnIn(folder, program, args, { stdin });
		const output = stderr + stdout;
		const lines = output.split("\n").map((line) => normal(line, folder));
		const says = lines.find((line) => line.trim() !== "") ?? "";
		const error = lines.find((line) => line.startsWith("error: ")) ?? "";
		const created = existsSync(join(folder, "new")) ? (await readdir(join(folder, "new"))).sort() : [];
		return { exit, says, error, version: await versionOf(join(folder, "app.db")), created, output };
	} finally {
		await rm(folder, { recursive: true });
	}
}

export interface SpawnOptions {
	readonly stdin?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Sends SIGINT when standard error says this. */
	readonly interruptAt?: string;
}

export async function spawnIn(
	folder: string,
	program: string,
	args: readonly string[],
	{ stdin = "", env = {}, interruptAt }: SpawnOptions = {},
): Promise<{ readonly exit: number; readonly stdout: string; readonly stderr: string }> {
	const { DATABASE_URL: _, GODWIT_DATABASE: __, FORCE_COLOR: ___, ...inherited } = process.env;
	return new Promise((resolve, reject) => {
		const child = execFile(program, args, { cwd: folder, env: { ...inherited, ...env } }, (error, stdout, stderr) => {
			const exit = error === null ? 0 : error.code;
			if (typeof exit === "number") resolve({ exit, stdout, stderr });
			else reject(error);
		});
		let seen = "";
		child.stderr?.on("data", (text: string) => {
			const before = seen;
			seen += text;
			if (interruptAt === undefined || before.includes(interruptAt) || !seen.includes(interruptAt)) return;
			child.kill("SIGINT");
		});
		// A command may end without reading its input.
		child.stdin?.on("error", () => {});
		child.stdin?.end(stdin);
	});
}

function normal(line: string, folder: string): string {
	return line
		.replaceAll(folder, "DIR")
		.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /, "")
		.replace(/\b[0-9.]+(ns|µs|ms|s)\b/g, "TIME");
}

export async function versionOf(path: string): Promise<string> {
	if (!existsSync(path) || (await readFile(path)).length === 0) return "none";
	const database = new BetterSqlite3(path, { readonly: true });
	try {
		if (!database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").get()) return "none";
		const rows = database
			.prepare<[], { version: bigint; dirty: number }>("SELECT version, dirty FROM schema_migrations")
			.all();
		return rows.map(({ version, dirty }) => `${version}${dirty ? " dirty" : ""}`).join(", ") || "none";
	} finally {
		database.close();
	}
}
