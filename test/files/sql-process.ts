import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What became of a statement; `error` is SQLite's result code. */
export type Ran = { readonly rows: readonly (readonly unknown[])[] } | { readonly error: string };

/** A process without godwit that has a database open with better-sqlite3, and waits for nobody. */
export interface SqlProcess extends AsyncDisposable {
	run(sql: string): Promise<Ran>;
	/** As the kernel would: nothing is cleaned up. */
	kill(): Promise<void>;
}

export async function sqlProcess(path: string): Promise<SqlProcess> {
	const child = fork(fileURLToPath(new URL("./fixtures/sql-process.ts", import.meta.url)), [path]);
	const ended = once(child, "exit");
	async function kill(): Promise<void> {
		child.kill("SIGKILL");
		await ended;
	}
	await once(child, "message");
	return {
		async run(sql) {
			const answer = once(child, "message");
			child.send(sql);
			return (await answer)[0] as Ran;
		},
		kill,
		[Symbol.asyncDispose]: kill,
	};
}
