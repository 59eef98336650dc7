import type { DocumentNode, MemberNode, ValueNode } from "@humanwhocodes/momoa";

/** A place in a text; both count from 1. */
export interface JsonPlace {
	readonly line: number;
	readonly column: number;
}

/**
 * Finds where a text stops being JSON.
 *
 * @param error What `JSON.parse` threw; it does not always say where.
 */
export async function placeOfSyntaxError(text: string, error: SyntaxError): Promise<JsonPlace> {
	const [, offset] = /at position ([0-9]+)/.exec(error.message) ?? [];
	if (offset !== undefined) return placeOfOffset(text, Number(offset));
	if (/end of JSON input/.test(error.message)) return placeOfOffset(text, text.length);
	const { parse } = await import("@humanwhocodes/momoa");
	try {
		parse(text);
	} catch (unexpected) {
		const { line, column } = unexpected as Partial<JsonPlace>;
		if (line !== undefined && column !== undefined) return { line, column };
		throw unexpected;
	}
	return { line: 1, column: 1 };
}

/** Finds a key in a JSON text, or the nearest object above it that is there. */
export async function placeOfKey(text: string, path: readonly string[]): Promise<JsonPlace> {
	const { parse } = await import("@humanwhocodes/momoa");
	let node: ValueNode = (parse(text) as DocumentNode).body;
	let place = node.loc.start;
	for (const key of path) {
		if (node.type !== "Object") break;
		// As JSON.parse: of a key that is there twice the last one counts.
		const member: MemberNode | undefined = node.members.findLast(({ name }) => "value" in name && name.value === key);
		if (member === undefined) break;
		place = member.loc.start;
		node = member.value;
	}
	return { line: place.line, column: place.column };
}

interface RepeatedKey extends JsonPlace {
	readonly key: string;
}

/**
 * Finds the second one of a key that an object has twice.
 *
 * @param only The key of the text's object that is looked at; undefined for all of them.
 */
export async function repeatedKey(text: string, only?: string): Promise<RepeatedKey | undefined> {
	const { parse } = await import("@humanwhocodes/momoa");
	const { body } = parse(text) as DocumentNode;
	if (body.type !== "Object") return undefined;
	return repeatedIn(body.members.filter((member) => only === undefined || keyOf(member) === only));
}

function repeatedIn(members: readonly MemberNode[]): RepeatedKey | undefined {
	const keys = new Set<string>();
	for (const member of members) {
		const { value, loc } = member;
		const key = keyOf(member);
		if (keys.has(key)) return { key, line: loc.start.line, column: loc.start.column };
		keys.add(key);
		const inside = value.type === "Object" ? repeatedIn(value.members) : undefined;
		if (inside !== undefined) return inside;
	}
	return undefined;
}

function keyOf({ name }: MemberNode): string {
	return "value" in name ? name.value : name.name;
}

function placeOfOffset(text: string, offset: number): JsonPlace {
	const lines = text.slice(0, offset).split("\n");
	return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
