import type { RenamedPart, SchemaPart, StatementEffects } from "@godwit/core";

/** Says what a statement does, what is lost first; empty for nothing. */
export function effectsInWords(effects: StatementEffects, foreignKeys: boolean): string {
	const { destroys, cascades, writes, drops, creates, alters, renames, reads, unknown } = effects;
	const all = effects.everyRow && writes.length > 0 ? "writes every row of" : "writes";
	const parts = [
		phrase("destroys", destroys),
		phrase("drops", drops.map(named)),
		phrase(all, writes),
		foreignKeys ? phrase("cascades to", cascades) : "",
		phrase("creates", creates.map(named)),
		phrase("changes", alters.map(named)),
		phrase("renames", renames.map(renamed)),
		phrase("reads", reads),
		unknown ?? "",
	];
	return parts.filter((part) => part !== "").join("; ");
}

function phrase(verb: string, names: readonly string[]): string {
	return names.length === 0 ? "" : `${verb} ${names.join(", ")}`;
}

function named({ type, name }: SchemaPart): string {
	return `${type} ${name}`;
}

function renamed({ type, from, to }: RenamedPart): string {
	return `${type} ${from} to ${to}`;
}
