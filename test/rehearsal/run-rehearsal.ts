import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { Migrate } from "godwit";
import { bundledProgram } from "../bundled-program.ts";

export interface RehearsalRunOptions {
	/** An empty folder. */
	readonly folder: string;
	/** Scheme of a database URL. */
	readonly scheme: string;
	/** About the size of the database, in MB of 10^6 bytes. */
	readonly megabytes: number;
	/** Whether the last migration deletes the 20 orders of ten accounts. Default false. */
	readonly losing?: boolean;
}

/** What the process that rehearses tells. */
export interface RehearsalFigures {
	readonly clean: boolean;
	/** Rule and message of each. */
	readonly findings: readonly string[];
	readonly rowsAreBack: boolean;
	/** The tables that lose rows, and how many. */
	readonly lost: readonly { readonly name: string; readonly lost: number }[];
	/** How many rows there were in all tables. */
	readonly compared: number;
	readonly copyMs: number;
	/** Of all migrations, up and down. */
	readonly migrationsMs: number;
	/** Of all of the rehearsal. */
	readonly durationMs: number;
	/** Undefined outside Linux. */
	readonly peakRssMb: number | undefined;
}

export interface RehearsalRun extends RehearsalFigures {
	/** Of the database, in MB of 10^6 bytes. */
	readonly megabytes: number;
	/** Whether every byte of the database is as before. */
	readonly untouched: boolean;
}

const PROGRAM = fileURLToPath(new URL("./programs/rehearse.ts", import.meta.url));
/** Of an account with its two orders, with what their index takes. */
const BYTES_OF_ACCOUNT = 340;

/** Makes a database, and rehearses migrations on it that change, copy and index all of its rows. */
export async function runRehearsal(options: RehearsalRunOptions): Promise<RehearsalRun> {
	const { folder, scheme, megabytes } = options;
	const migrations = writeMigrations(options);
	const database = join(folder, "app.db");
	const url = `${scheme}://${database}`;
	{
		await using migrate = await Migrate.open(`file://${migrations}`, url);
		await migrate.steps(1);
	}
	fill(database, Math.ceil((megabytes * 1e6) / BYTES_OF_ACCOUNT));
	const before = await hashOf(database);
	// Compiled, as a user has it: a rehearsal loads a part of its code late.
	const child = fork(await bundledProgram(PROGRAM), [migrations, url]);
	const [figures] = (await Promise.race([once(child, "message"), failed(child)])) as [RehearsalFigures];
	const untouched = (await hashOf(database)) === before;
	return { ...figures, megabytes: statSync(database).size / 1e6, untouched };
}

async function failed(child: ReturnType<typeof fork>): Promise<never> {
	const [code] = await once(child, "exit");
	throw new Error(`the rehearsal ended with ${code}`);
}

function fill(path: string, accounts: number): void {
	const database = new BetterSqlite3(path);
	try {
		database.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${accounts})
INSERT INTO accounts (id, name, notes) SELECT i, 'account ' || i, hex(zeroblob(60)) || i FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${2 * accounts})
INSERT INTO orders (account_id, cents, notes) SELECT 1 + i % ${accounts}, i * 7 % 1000, hex(zeroblob(30)) || i FROM n;`);
	} finally {
		database.close();
	}
}

/** @returns the folder. */
function writeMigrations({ folder, losing = false }: RehearsalRunOptions): string {
	const migrations = join(folder, "migrations");
	mkdirSync(migrations);
	const anew = (columns: string): string => `CREATE TABLE new_accounts (${columns});
INSERT INTO new_accounts SELECT * FROM accounts;
DROP TABLE accounts;
ALTER TABLE new_accounts RENAME TO accounts;
`;
	const account = "id INTEGER PRIMARY KEY, name TEXT NOT NULL, notes TEXT NOT NULL, status TEXT";
	const files: Readonly<Record<string, string>> = {
		"1_create.up.sql": `CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL, notes TEXT NOT NULL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, cents INTEGER NOT NULL, notes TEXT NOT NULL);
CREATE INDEX orders_account ON orders (account_id);
`,
		"1_create.down.sql": "DROP TABLE orders;\nDROP TABLE accounts;\n",
		"2_status.up.sql": "ALTER TABLE accounts ADD COLUMN status TEXT;\nUPDATE accounts SET status = 'active';\n",
		"2_status.down.sql": "ALTER TABLE accounts DROP COLUMN status;\n",
		"3_strict_name.up.sql": anew(`${account}, CHECK (name <> '')`),
		"3_strict_name.down.sql": anew(account),
		"4_cents.up.sql": "CREATE INDEX orders_cents ON orders (cents);\n",
		"4_cents.down.sql": "DROP INDEX orders_cents;\n",
		...(losing && {
			"5_lose.up.sql": "DELETE FROM orders WHERE account_id IN (SELECT id FROM accounts WHERE id <= 10);\n",
			"5_lose.down.sql": "SELECT 1;\n",
		}),
	};
	for (const [name, text] of Object.entries(files)) writeFileSync(join(migrations, name), text);
	return migrations;
}

async function hashOf(path: string): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(path), hash);
	return hash.digest("hex");
}
