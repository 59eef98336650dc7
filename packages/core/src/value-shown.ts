import { typeOf } from "./url/given-url.ts";

/**
 * Shows a value that an option does not take, without what may be secret: a number or a boolean as it is, of anything else what kind
 * of value it is.
 */
export function valueShown(value: unknown): string {
	if (value === "") return "an empty text";
	return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
		? String(value)
		: typeOf(value);
}
