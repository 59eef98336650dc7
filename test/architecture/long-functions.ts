import { parseSync, Visitor } from "rolldown/utils";

/** Where a function begins, 1-based, and how many lines it has from there to its end. */
export interface LongFunction {
	readonly line: number;
	readonly lines: number;
}

/** The functions of a TypeScript text that have more than `maxLines` lines. Those inside another one count for both. */
export function longFunctions(text: string, maxLines: number): readonly LongFunction[] {
	const long: LongFunction[] = [];
	const measure = ({ start, end }: { readonly start: number; readonly end: number }): void => {
		const lines = linesIn(text.slice(start, end));
		if (lines > maxLines) long.push({ line: linesIn(text.slice(0, start)), lines });
	};
	const { program, errors } = parseSync("file.ts", text);
	if (errors.length > 0) throw new AggregateError(errors, "cannot parse the text");
	new Visitor({
		FunctionDeclaration: measure,
		FunctionExpression: measure,
		ArrowFunctionExpression: measure,
	}).visit(program);
	return long;
}

function linesIn(text: string): number {
	return text.split("\n").length;
}
