import type { Terminal } from "./terminal.ts";

/** Where a command says what it has to say. */
export interface Output {
	readonly terminal: Terminal;
	/** Prints a line of data, to standard output. */
	print(line: string): void;
}
