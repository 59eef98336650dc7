import { styleText } from "node:util";

const INDENT = "   ";
const LABEL_WIDTH = 44;
const COLUMN_WIDTH = 15;

let chapters = 0;

/** Prints the first line. */
export function title(what: string, subtitle: string): void {
	console.log(`\n${styleText("bold", what)} ${styleText("dim", `· ${subtitle}`)}`);
}

/** Numbers and prints a heading. */
export function chapter(heading: string): void {
	console.log(`\n${styleText("cyan", String(++chapters))}  ${styleText("bold", heading)}`);
}

/** Says what has been checked. */
export function ok(fact: string): void {
	console.log(`${INDENT}${styleText("green", "✓")} ${fact}`);
}

/** Shows a message as a user gets it. */
export function quote(message: string): void {
	for (const text of message.split("\n")) console.log(`${INDENT}${styleText("yellow", "│")} ${text}`);
}

/** Prints the last line. */
export function conclude(text: string): void {
	console.log(`\n${styleText("green", text)}\n`);
}

/** Prints durations side by side, and their sums. */
export function table(
	columns: readonly string[],
	rows: readonly { readonly label: string; readonly milliseconds: readonly number[] }[],
): void {
	const cells = (texts: readonly string[]): string => texts.map((text) => text.padStart(COLUMN_WIDTH)).join("");
	const times = (values: readonly number[]): string => cells(values.map((value) => `${value.toFixed(1)} ms`));
	console.log(styleText("dim", INDENT + " ".repeat(LABEL_WIDTH) + cells(columns)));
	for (const { label, milliseconds } of rows) {
		console.log(INDENT + label.padEnd(LABEL_WIDTH) + styleText("dim", times(milliseconds)));
	}
	const sums = columns.map((_, column) => rows.reduce((sum, { milliseconds }) => sum + (milliseconds[column] ?? 0), 0));
	console.log(INDENT + " ".repeat(LABEL_WIDTH) + times(sums));
}
