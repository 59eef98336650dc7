import { mayBeTerminal } from "../may-be-terminal.ts";

/** Colours of the terminal's own palette, which its user has chosen. */
export type Colour = "red" | "yellow" | "green" | "cyan" | "bold";

/** Colours a text that holds nothing that a terminal obeys, or leaves it as it is where no colours are wanted. */
export type Paint = (colour: Colour, text: string) => string;

export const plain: Paint = (_, text) => text;

/** Where the colours go. */
export interface PaintedOutput {
	/** 1 for standard output, 2 for standard error. */
	readonly descriptor: number;
	/** `process.stdout` or `process.stderr`. Is read where colours are possible, since to make it takes time. */
	readonly stream: NodeJS.WriteStream;
}

/**
 * Colours as Node decides: on a terminal that has them, unless NO_COLOR is set, and everywhere where FORCE_COLOR asks for them.
 * A pipe and a file cost nothing but the question what they are.
 */
export function paintFor(output: PaintedOutput): Paint {
	return (colour, text) => {
		if (process.env.FORCE_COLOR === undefined && !mayBeTerminal(output.descriptor)) return text;
		const { styleText } = process.getBuiltinModule("node:util");
		return styleText(colour, text, { stream: output.stream });
	};
}

export const paintOutput: Paint = paintFor({
	descriptor: 1,
	get stream() {
		return process.stdout;
	},
});

export const paintErrors: Paint = paintFor({
	descriptor: 2,
	get stream() {
		return process.stderr;
	},
});
