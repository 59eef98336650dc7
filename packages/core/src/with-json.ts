/**
 * Lets `JSON.stringify` take a result that has versions, which are bigints, and any part of it: they are strings in JSON, since
 * JavaScript's numbers cannot hold them all.
 *
 * @returns The same value. It, and each list and plain object in it that has a version, gets a `toJSON` that is not enumerable.
 */
export function withJson<T>(value: T): T {
	if (typeof value === "object" && value !== null && !hasVersions(value)) define(value);
	return value;
}

/** Defines `toJSON` wherever there is a version. What has a `toJSON` has been here before, or knows better. */
function hasVersions(value: unknown): boolean {
	if (typeof value === "bigint") return true;
	if (!isPlain(value)) return false;
	if ("toJSON" in value) return true;
	// Of all of them, not only to the first.
	const found = Object.values(value).filter(hasVersions).length > 0;
	if (found) define(value);
	return found;
}

function isPlain(value: unknown): value is object {
	if (typeof value !== "object" || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

function define(value: object): void {
	if (!Object.isExtensible(value)) return;
	Object.defineProperty(value, "toJSON", { value: () => plain(value), configurable: true });
}

function plain(value: unknown): unknown {
	if (typeof value === "bigint") return String(value);
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
