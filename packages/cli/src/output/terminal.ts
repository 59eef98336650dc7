/** Where the lines for people go, and one line at the bottom that is rewritten in place. */
export interface Terminal {
	/** Prints a line. */
	line(text: string): void;
	/** Prints without a line break, to be answered on the same line. */
	ask(text: string): void;
	/** Replaces the bottom line; does nothing unless a person is watching. */
	status(text: string): void;
}

/** What a terminal writes to: `process.stderr`. */
export interface TerminalOutput {
	readonly isTTY?: boolean;
	readonly columns?: number;
	write(text: string): unknown;
}

const CLEAR_LINE = "\r\u001b[K";

/** @param filter Changes everything before it is printed. */
export function terminal(output: TerminalOutput, filter: (text: string) => string): Terminal {
	let shown = false;
	function print(text: string): void {
		output.write(`${shown ? CLEAR_LINE : ""}${filter(text)}`);
		shown = false;
	}
	return {
		line: (text) => print(`${text}\n`),
		ask: print,
		status(text) {
			if (output.isTTY !== true) return;
			// A line that wraps could not be rewritten. A terminal that does not know its width says 0.
			const fitting = filter(text).slice(0, (output.columns || 80) - 1);
			output.write(`${CLEAR_LINE}${fitting}`);
			shown = true;
		},
	};
}
