import type { Terminal } from "./terminal.ts";
import type { Paint } from "./text/paint.ts";

/** Where a command says what it has to say. */
export interface Output {
	readonly terminal: Terminal;
	/** Colours for what `print` prints, after `printable`; none with `-json`. */
	readonly paint: Paint;
	/** Prints a line of data, to standard output. */
	print(line: string): void;
}
