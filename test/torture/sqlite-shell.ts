import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";

/** Follows each answer. */
const END = "-- the end of the answer";

/**
 * The `sqlite3` shell, which knows nothing of godwit. One process answers all, since to start it takes longer than what
 * it is asked; between two questions it has no file open.
 */
const shell = spawn("sh", ["-c", "exec sqlite3 -batch 2>&1"], { stdio: ["pipe", "pipe", "inherit"] });
const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
const output = shell.stdout as Socket;

// It ends with its input, and nobody has to wait for it before.
shell.unref();
(shell.stdin as Socket).unref();
output.unref();

let turn: Promise<unknown> = Promise.resolve();

/** @returns What the shell prints, errors too. */
export function askShell(path: string, sql: string): Promise<string> {
	const answer = turn.then(() => ask(path, sql));
	turn = answer.catch(() => {});
	return answer;
}

async function ask(path: string, sql: string): Promise<string> {
	output.ref();
	shell.stdin.write(`.open '${path}'\n${sql};\n.open :memory:\n.print ${JSON.stringify(END)}\n`);
	const answer: string[] = [];
	for (let line = await lines.next(); line.value !== END; line = await lines.next()) {
		if (line.done) throw new Error(`the sqlite3 shell has ended: ${answer.join("\n")}`);
		answer.push(line.value);
	}
	output.unref();
	return answer.join("\n");
}
