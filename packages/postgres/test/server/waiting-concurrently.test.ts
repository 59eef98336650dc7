import { once } from "node:events";
import { Migrate, memorySource } from "@godwit/core";
import * as pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { connectHosts } from "../../src/connection/connect-hosts.ts";
import type { PostgresConnection } from "../../src/connection/postgres-connection.ts";
import { postgresDriver } from "../../src/postgres-driver.ts";
import { parseConnectionUrl } from "../../src/url/connection-url.ts";
import { otherClient } from "../fixtures/postgres-harness.ts";
import { useServer } from "../fixtures/use-server.ts";

const server = useServer(["max_prepared_transactions=2"]);

afterEach(() => server.other.query("ROLLBACK; DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

type Connect = () => Promise<PostgresConnection>;

interface Watching {
	readonly sql: string;
	readonly onNotice?: (notice: string) => void;
	/** In place of `server.url`. */
	readonly url?: string;
	/** Around what connects a second time. */
	readonly around?: (connect: Connect) => Connect;
}

/** Runs one file outside a transaction, with looks as often as can be. */
async function up({ sql, onNotice, url = server.url, around = (connect) => connect }: Watching): Promise<void> {
	const parsed = parseConnectionUrl(`${url}/postgres`);
	const connect = (): Promise<PostgresConnection> => connectHosts(pg, parsed);
	const driver = postgresDriver({
		...{ name: "postgres", connect, lockName: String, config: parsed.config },
		watch: { connect: around(connect), everyMs: 1 },
	});
	const source = memorySource({ "1_a.up.sql": `-- godwit: no-transaction\nSELECT 1;\n${sql};` });
	await using migrate = new Migrate({
		...{ source, driver },
		onEvent: (event) => event.type === "notice" && onNotice?.(event.message),
	});
	await migrate.up();
}

/** A session with a transaction that has changed `t`. */
async function inTheWay(application: string): Promise<pg.Client & AsyncDisposable> {
	const client = await otherClient(`${server.url}/postgres?application_name=${application}`);
	await client.query("BEGIN");
	await client.query("INSERT INTO t SELECT 1 WHERE 'a secret' <> ''");
	return client;
}

const TABLES =
	"CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t DEFAULT; CREATE INDEX i ON t1 (a)";

describe("a statement with CONCURRENTLY that waits", () => {
	it.each([
		["CREATE INDEX CONCURRENTLY j ON t1 (a)"],
		["REINDEX INDEX CONCURRENTLY i"],
		["REINDEX (VERBOSE) TABLE CONCURRENTLY t1"],
		["DROP INDEX CONCURRENTLY i"],
		["ALTER TABLE t DETACH PARTITION t1 CONCURRENTLY"],
	])("tells whom it waits for: %s", async (sql) => {
		await server.other.query(sql.startsWith("ALTER") ? TABLES.replace("DEFAULT", "FOR VALUES IN (1)") : TABLES);
		await using blocker = await inTheWay("the one");
		const told = Promise.withResolvers<string>();
		const ran = up({ sql, onNotice: told.resolve });
		const notice = await Promise.race([told.promise, ran.then(() => "it did not wait")]);
		await blocker.query("COMMIT");
		await ran;
		expect(notice.replaceAll(/\d{2,}/g, "N")).toBe(
			`line 3: ${sql}; waits for backend N (application "the one", user godwit), in a transaction of N:N:N, idle after: INSERT INTO t SELECT 1 WHERE '...' <> '...'; it goes on when that is over, and SELECT pg_terminate_backend(N) ends it`,
		);
	});

	it("tells it once of each that it waits for", async () => {
		await server.other.query(TABLES);
		const notices: string[] = [];
		let looks = 0;
		const events = new EventTarget();
		const heard = (type: string): Promise<unknown> => once(events, type);
		const around =
			(connect: Connect): Connect =>
			async () => {
				const connection = await connect();
				return {
					...connection,
					async send(message, options) {
						const results = await connection.send(message, options);
						if (notices.length > 0 && ++looks === 5) events.dispatchEvent(new Event("looked"));
						return results;
					},
				};
			};
		await using first = await inTheWay("first");
		const [toldFirst, looked] = [heard("first"), heard("looked")];
		const onNotice = (notice: string): void => {
			notices.push(notice);
			events.dispatchEvent(new Event(/application "(\w+)"/.exec(notice)?.[1] ?? ""));
		};
		const ran = up({ sql: "CREATE INDEX CONCURRENTLY j ON t1 (a)", onNotice, around });
		await toldFirst;
		await using second = await inTheWay("second");
		await looked;
		const toldSecond = heard("second");
		await first.query("COMMIT");
		await toldSecond;
		await second.query("COMMIT");
		await ran;
		expect(notices.map((notice) => /application "(\w+)"/.exec(notice)?.[1])).toEqual(["first", "second"]);
	});

	it("tells of a prepared transaction, which no session has", async () => {
		await server.other.query(TABLES);
		await using blocker = await inTheWay("gone");
		await blocker.query("PREPARE TRANSACTION 'left'");
		const told = Promise.withResolvers<string>();
		const ran = up({ sql: "CREATE INDEX CONCURRENTLY j ON t1 (a)", onNotice: told.resolve });
		const notice = await told.promise;
		await server.other.query("COMMIT PREPARED 'left'");
		await ran;
		expect(notice).toContain("waits for a prepared transaction: pg_prepared_xacts has those");
	});

	it("says nothing and goes on where no second connection is to be had", async () => {
		await server.other.query(
			"DROP ROLE IF EXISTS single; CREATE ROLE single LOGIN CONNECTION LIMIT 1; GRANT ALL ON SCHEMA public TO single",
		);
		await server.other.query(`${TABLES}; ALTER TABLE t1 OWNER TO single`);
		await using blocker = await inTheWay("the one");
		const notices: string[] = [];
		const refused = Promise.withResolvers<unknown>();
		const around =
			(connect: Connect): Connect =>
			() => {
				const connecting = connect();
				connecting.then(() => refused.resolve("connected"), refused.resolve);
				return connecting;
			};
		const ran = up({
			...{ sql: "CREATE INDEX CONCURRENTLY j ON t1 (a)", around },
			url: server.url.replace("godwit", "single"),
			onNotice: (notice) => notices.push(notice),
		});
		expect(await refused.promise).toMatchObject({ message: 'too many connections for role "single"' });
		await blocker.query("COMMIT");
		await ran;
		expect(notices).toEqual([]);
		await server.other.query("DROP OWNED BY single; DROP ROLE single");
	});

	it("is not failed by a listener that throws, and ends the second connection when it fails itself", async () => {
		await server.other.query(TABLES);
		await using blocker = await inTheWay("the one");
		const told = Promise.withResolvers<void>();
		const closed = Promise.withResolvers<void>();
		const around =
			(connect: Connect): Connect =>
			async () => {
				const connection = await connect();
				return {
					...connection,
					send: connection.send,
					async close() {
						await connection.close();
						closed.resolve();
					},
				};
			};
		const ran = up({
			...{ sql: "CREATE INDEX CONCURRENTLY j ON t1 (a)", around },
			onNotice() {
				told.resolve();
				throw new Error("not heard");
			},
		});
		await told.promise;
		const cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%'";
		await server.other.query(cancel);
		await expect(ran).rejects.toMatchObject({
			message: expect.stringMatching(/due to user request; it has left an invalid index.+DROP INDEX j before/),
		});
		await closed.promise;
		await blocker.query("COMMIT");
	});
});
