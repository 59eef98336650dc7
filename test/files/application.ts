import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type Library = "better-sqlite3" | "node-sqlite3-wasm";

/** What an application was told by its library. */
export interface Told {
	readonly stored: number;
	/** How many times, by message. */
	readonly errors: Readonly<Record<string, number>>;
}

export interface Application extends AsyncDisposable {
	readonly pid: number;
	/** Lets it end. */
	stop(): Promise<Told>;
}

export const CREATE_LETTERS =
	"CREATE TABLE letters (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX letters_text ON letters (text);";

const PROGRAM = fileURLToPath(new URL("./fixtures/application.ts", import.meta.url));

/** Starts an application that inserts into the table `letters` every 5 ms; the first row is stored by then. */
export async function startApplication(library: Library, path: string): Promise<Application> {
	const child = fork(PROGRAM, [library, path]);
	const exited = once(child, "exit");
	const hear = async (): Promise<unknown> => {
		const [first] = await Promise.race([once(child, "message"), exited]);
		if (first === null || typeof first === "number") throw new Error(`the application ended with ${first}`);
		return first;
	};
	await hear();
	return {
		pid: child.pid ?? 0,
		async stop() {
			const told = hear();
			child.send("stop");
			const result = (await told) as Told;
			await exited;
			return result;
		},
		async [Symbol.asyncDispose]() {
			child.kill("SIGKILL");
			await exited;
		},
	};
}
