import type { Place, StatementEffects } from "@godwit/core";
import type { RanFile } from "../rule.ts";

/** The place of the last statement that makes, changes, renames or drops an object of this name; the file's first one otherwise. */
export function placedAt({ statements }: Pick<RanFile, "statements">, name: string): Place {
	const last = statements.findLast(({ effects }) => concerns(effects, name));
	const { line, column } = (last ?? statements[0])?.statement ?? { line: 1, column: 1 };
	return { line, column };
}

function concerns({ creates, drops, alters, renames, destroys }: StatementEffects, name: string): boolean {
	return (
		[...creates, ...drops, ...alters].some((object) => object.name === name) ||
		renames.some(({ from, to }) => from === name || to === name) ||
		destroys.includes(name)
	);
}

/** The place of the first statement that takes a table of this name away. */
export function placeOfRemoval({ statements }: Pick<RanFile, "statements">, name: string): Place {
	const removing = statements.find(
		({ effects }) => effects.destroys.includes(name) || effects.renames.some(({ from }) => from === name),
	);
	const { line, column } = (removing ?? statements[0])?.statement ?? { line: 1, column: 1 };
	return { line, column };
}
