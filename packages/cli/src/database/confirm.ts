import { CommandError } from "../command-line/command-error.ts";
import type { Terminal } from "../output/terminal.ts";

/** How to do without the question. */
export interface Question {
	readonly text: string;
	/** Printed when the answer is yes. */
	readonly yes: string;
	/** What is said and where it ends when the answer is anything else. */
	readonly no: string;
	/** The flag that answers yes. */
	readonly flag: string;
}

/**
 * Asks a person, who has to answer `y`.
 *
 * Go also takes the answer from a pipe. A script has to say so with the flag instead, since whatever happens to be on
 * its standard input may begin with a `y`.
 *
 * @throws CommandError when the answer is not yes, or nobody is there to ask.
 */
export async function confirm({ text, yes, no, flag }: Question, { ask, line }: Terminal): Promise<void> {
	if (process.stdin.isTTY !== true) {
		throw new CommandError(`${no}: there is no terminal to ask on; add ${flag} to go on without asking`);
	}
	ask(`${text} [y/N] `);
	const answer = await readLine();
	if (answer.trim().toLowerCase() !== "y") throw new CommandError(no);
	line(yes);
}

async function readLine(): Promise<string> {
	const { createInterface } = await import("node:readline");
	const lines = createInterface({ input: process.stdin, terminal: false });
	try {
		for await (const line of lines) return line;
		return "";
	} finally {
		lines.close();
	}
}
