/** Colours of the terminal's own palette, which its user has chosen. */
export type Colour = "red" | "yellow" | "green" | "cyan" | "bold";

/** Colours a text that holds nothing that a terminal obeys, or leaves it as it is where no colours are wanted. */
export type Paint = (colour: Colour, text: string) => string;

export const plain: Paint = (_, text) => text;

/** What colours are for: `process.stderr` or `process.stdout`. */
export interface PaintedStream {
	readonly isTTY?: boolean;
}

/**
 * Colours for a stream, as Node decides: on a terminal that has them, unless NO_COLOR is set, and everywhere where FORCE_COLOR
 * asks for them.
 *
 * @param stream Is called with the first text to colour, since to make a stream takes time.
 */
export function paintFor(stream: () => PaintedStream): Paint {
	return (colour, text) => {
		const target = stream();
		// What is read by a program is the usual case, and need not wait for node:util.
		if (target.isTTY !== true && process.env.FORCE_COLOR === undefined) return text;
		const { styleText } = process.getBuiltinModule("node:util");
		return styleText(colour, text, { stream: target as NodeJS.WriteStream });
	};
}
