import type { Driver } from "../driver/driver.ts";
import type { Source } from "../source/source.ts";
import { typeOf } from "../url/given-url.ts";

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
	const wanted = `the ${what} must be a ${type} that is open; Migrate.open takes a URL or a path too`;
	if (typeof value !== "object" || value === null) throw new TypeError(`${wanted}; this is ${typeOf(value)}`);
	const missing = methods.find((method) => typeof Reflect.get(value, method) !== "function");
	if (missing !== undefined) throw new TypeError(`${wanted}; this object has no method ${missing}`);
}
