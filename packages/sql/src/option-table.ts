import { MigrateError, nearestName } from "@godwit/core";
import { parseGoBool } from "./go-bool.ts";
import { parseGoDuration } from "./go-duration.ts";

export interface OptionRule<T> {
	readonly fallback: T;
	/** What a value looks like, for messages. */
	readonly form: string;
	parse(text: string): T | undefined;
	/** Returns whether a caller's value is valid, in code that TypeScript does not check. */
	accepts(value: unknown): boolean;
}

/**
 * The options of a driver. Each is an `x-` parameter of the URL too: `migrationsTable` is `x-migrations-table`, and
 * `lockTimeoutMs` is `x-lock-timeout`, as the unit is part of a Go duration.
 */
export interface OptionTable<Config> {
	/**
	 * Completes a caller's options with the defaults.
	 *
	 * @throws MigrateError `ERR_INVALID_OPTION` for an unknown name, naming the nearest one.
	 */
	complete(options: Partial<Config>): Config;
	/**
	 * Reads the options of a URL. Every parameter must be an option; none is ignored.
	 *
	 * @throws MigrateError `ERR_INVALID_OPTION`.
	 */
	parse(parameters: Iterable<readonly [string, string]>): Config;
}

export function optionTable<Config extends object>(
	rules: {
		readonly [K in keyof Config]: OptionRule<Config[K]>;
	},
): OptionTable<Config> {
	const names = Object.keys(rules) as unknown as readonly (keyof Config & string)[];

	function complete(options: Partial<Config>): Config {
		const unknown = Object.keys(options).find((name) => !Object.hasOwn(rules, name));
		if (unknown !== undefined) throw unknownOption(unknown, names);
		const defaults = Object.fromEntries(names.map((name) => [name, rules[name].fallback]));
		const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
		for (const name of names) {
			if (name in given && !rules[name].accepts(given[name])) {
				throw invalidValue(name, String(given[name]), rules[name]);
			}
		}
		return { ...defaults, ...given } as unknown as Config;
	}

	return {
		complete,
		parse(parameters) {
			const options: Record<string, unknown> = {};
			for (const [parameter, text] of parameters) {
				const name = names.find((candidate) => parameterOf(candidate) === parameter);
				if (name === undefined) throw unknownOption(parameter, names.map(parameterOf));
				if (name in options) {
					const message = `the option ${parameter} is given twice`;
					throw new MigrateError("ERR_INVALID_OPTION", message, { option: parameter });
				}
				const value = rules[name].parse(text);
				if (value === undefined) throw invalidValue(parameter, text, rules[name]);
				options[name] = value;
			}
			return complete(options as Partial<Config>);
		},
	};
}

function parameterOf(name: string): string {
	return `x-${name.replace(/Ms$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function unknownOption(option: string, known: readonly string[]): MigrateError<"ERR_INVALID_OPTION"> {
	const nearest = nearestName(option, known);
	const hint = nearest === undefined ? `known are ${known.join(", ")}` : `did you mean ${nearest}?`;
	return new MigrateError("ERR_INVALID_OPTION", `there is no option ${option}; ${hint}`, { option });
}

function invalidValue(
	option: string,
	value: string,
	{ form }: { readonly form: string },
): MigrateError<"ERR_INVALID_OPTION"> {
	return new MigrateError("ERR_INVALID_OPTION", `${option}=${value} cannot be read: it takes ${form}`, {
		option,
		value,
	});
}

export function boolOption(fallback: boolean): OptionRule<boolean> {
	return { fallback, form: "true or false", parse: parseGoBool, accepts: (value) => typeof value === "boolean" };
}

/** In milliseconds. */
export function durationOption(fallback: number): OptionRule<number> {
	return {
		fallback,
		form: "a duration such as 15s, 250ms or 1m30s (a number of milliseconds in code)",
		parse: parseGoDuration,
		accepts: (value) => typeof value === "number" && value >= 0,
	};
}

/** The longest that a Go duration can be, 2^63 ns. */
const MAX_LEASE_MS = 2 ** 63 / 1e6;

/** A duration that ends, as the lock row says when. */
export function leaseOption(fallback: number): OptionRule<number> {
	const accepts = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= MAX_LEASE_MS;
	return { ...durationOption(fallback), accepts };
}

export function oneOfOption<const T extends string, F extends T | undefined>(
	fallback: F,
	values: readonly T[],
): OptionRule<T | F> {
	return {
		fallback,
		form: values.join(", "),
		parse: (text) => values.find((value) => value === text.toLowerCase()),
		accepts: (value) => values.some((known) => known === value),
	};
}
