import { type Colour, type Paint, plain } from "./text/paint.ts";

/** What a line begins with, and in which colour it stands out. */
export interface Mark {
	readonly start: string;
	readonly colour: Colour;
}

export const ERROR: Mark = { start: "error:", colour: "red" };
export const WARNING: Mark = { start: "warning:", colour: "yellow" };
export const NOTICE: Mark = { start: "notice:", colour: "cyan" };

/** Where the lines for people go, and one line at the bottom that is rewritten in place. */
export interface Terminal {
	/** Whether a person is watching. */
	readonly watched: boolean;
	/** Prints a line. A mark that it does not begin with is nothing. */
	line(text: string, mark?: Mark): void;
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

/**
 * @param filter Changes everything before it is printed.
 * @param paint Colours the marks, after the filter, so that no text of a file or a database can. Default: no colours.
 */
export function terminal(output: TerminalOutput, filter: (text: string) => string, paint: Paint = plain): Terminal {
	let shown = false;
	function print(text: string, mark?: Mark): void {
		output.write(`${shown ? CLEAR_LINE : ""}${marked(filter(text), mark)}`);
		shown = false;
	}
	function marked(text: string, mark: Mark | undefined): string {
		if (mark === undefined || !text.startsWith(mark.start)) return text;
		return `${paint(mark.colour, mark.start)}${text.slice(mark.start.length)}`;
	}
	return {
		get watched() {
			return output.isTTY === true;
		},
		line: (text, mark) => print(`${text}\n`, mark),
		ask: (text) => print(text),
		status(text) {
			if (output.isTTY !== true) return;
			// A line that wraps could not be rewritten. A terminal that does not know its width says 0.
			const fitting = filter(text).slice(0, (output.columns || 80) - 1);
			output.write(`${CLEAR_LINE}${fitting}`);
			shown = true;
		},
	};
}
