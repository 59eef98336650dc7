import { typeOf } from "../url/given-url.ts";

export const CURE: string =
	'with import.meta.glob, pass { query: "?raw", import: "default" }, elsewhere have the files loaded as text';

/** Says what `memorySource` takes to whoever passed something else. */
export function noFiles(given: unknown): TypeError {
	const wanted = "memorySource takes an object with the text of each file under its name";
	if (typeof given !== "object" || given === null || Array.isArray(given)) {
		return new TypeError(`${wanted}, not ${typeOf(given)}; ${CURE}`);
	}
	return Symbol.iterator in given
		? new TypeError(`${wanted}, not a Map or another list; pass Object.fromEntries(list) of names and texts`)
		: new TypeError(`${wanted}, not a promise of one; await it first`);
}
