import type { Terminal } from "./terminal.ts";
import type { Paint } from "./text/paint.ts";

/** Where a command says what it has to say. */
export interface Output {
	readonly terminal: Terminal;
	/** Colours for what `print` prints, after `printable`; none with `-json`. */
	readonly paint: Paint;
	/**
	 * Prints a line to standard output, in words or as JSON, without the secrets of URLs: reports, events, results, names of files.
	 */
	print(line: string): void;
	/**
	 * Prints to standard output what is of use only as it is, to the letter: the SQL of `dump`, `history -show` and `-diff`,
	 * `down -stored` and the cures of `doctor`, and the script of `completion`. With `-json` it is the document that holds the text.
	 * A migration that has a URL with a password in it is printed with it: whoever may read the database or the files may read that.
	 */
	printData(text: string): void;
}
