import type { Driver } from "../driver/driver.ts";
import { nearestName } from "../nearest-name.ts";
import type { Source } from "../source/source.ts";
import { typeOf } from "../url/given-url.ts";
import { valueShown } from "../value-shown.ts";

/**
 * Refuses arguments that a method would pass over, as code without types can give them.
 *
 * @param instead What to call where an argument was meant to say how far to go.
 * @throws TypeError
 */
export function assertNoArguments(method: string, given: readonly unknown[], instead?: string): void {
	if (given.length === 0) return;
	throw new TypeError(`${method}() takes no arguments${instead === undefined ? "" : `; ${instead}`}`);
}

/**
 * Refuses options that a method would pass over.
 *
 * @param taker What takes them, as a message names it.
 * @throws TypeError
 */
export function assertKnownNames(taker: string, options: unknown, names: readonly string[]): void {
	if (typeof options !== "object" || options === null || Array.isArray(options)) {
		throw new TypeError(`${taker} takes { ${names.join(", ")} }, not ${valueShown(options)}`);
	}
	const unknown = Object.keys(options).find((name) => !names.includes(name));
	if (unknown === undefined) return;
	const nearest = nearestName(unknown, names);
	const hint = nearest === undefined ? `known are ${names.join(", ")}` : `did you mean ${nearest}?`;
	throw new TypeError(`${taker} has no option ${unknown}; ${hint}`);
}

/** Without types a misspelt word would mean the default. @throws TypeError */
export function assertOneOf(option: string, value: unknown, words: readonly (string | boolean)[]): void {
	if (value === undefined || words.some((word) => word === value)) return;
	const known = words.map((word) => JSON.stringify(word)).join(" or ");
	const texts = words.filter((word) => typeof word === "string");
	const nearest = typeof value === "string" ? nearestName(value, texts) : undefined;
	const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
	throw new TypeError(`${option} must be ${known}, not ${valueShown(value)}${hint}`);
}

/** Refuses what `new Migrate` cannot take apart. @throws TypeError */
export function assertParts(given: unknown): void {
	if (typeof given === "object" && given !== null) return;
	throw new TypeError(
		`new Migrate takes { source, driver } and options, not ${typeOf(given)}; Migrate.open takes URLs and paths`,
	);
}

const SOURCE_METHODS = ["versions", "readUp", "readDown", "close"] as const satisfies readonly (keyof Source)[];
const DRIVER_METHODS = [
	"lock",
	"unlock",
	"run",
	"setVersion",
	"version",
	"drop",
	"close",
] as const satisfies readonly (keyof Driver)[];

/** @throws TypeError for a value that is no open source. */
export function assertSource(value: Source): void {
	assertMethods("source", "Source", value, SOURCE_METHODS);
}

/** @throws TypeError for a value that is no open driver, such as a database that no driver was made of. */
export function assertDriver(value: Driver): void {
	assertMethods("driver", "Driver", value, DRIVER_METHODS);
}

function assertMethods(what: string, type: string, value: unknown, methods: readonly string[]): void {
	const wanted = `the ${what} must be a ${type}, or for Migrate.open a URL or a path`;
	if (typeof value !== "object" || value === null) throw new TypeError(`${wanted}, and is ${typeOf(value)}`);
	const missing = methods.find((method) => typeof Reflect.get(value, method) !== "function");
	if (missing !== undefined) throw new TypeError(`${wanted}, and is an object without the method ${missing}`);
}
