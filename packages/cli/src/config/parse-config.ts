import { nearestName } from "@godwit/core";
import { policyFlags } from "../command-line/flags/policy-flags.ts";
import { DEFAULT_ENVIRONMENT, type EnvironmentConfig, type LoadedConfig } from "./config.ts";
import { ConfigFault } from "./config-fault.ts";

type Path = readonly string[];

/** Checks a value, which is never undefined. @throws ConfigFault */
type Check = (value: unknown, path: Path) => void;

const ENVIRONMENT: Readonly<Record<string, Check>> = {
	source: assertUrl,
	database: assertUrl,
	protected(value, path) {
		if (typeof value !== "boolean") throw wrongType(path, "true or false", value);
	},
	...Object.fromEntries(policyFlags.map(({ name, words = [] }) => [name, oneOf(words)])),
};

const TOP: Readonly<Record<string, Check>> = {
	...ENVIRONMENT,
	$schema: assertText,
	environments: assertEnvironments,
	drivers: assertPackages,
	sources: assertPackages,
};

/**
 * Checks what a configuration holds.
 *
 * @param value As its JSON or its module has it.
 * @throws ConfigFault for the first thing that is not as it must be: an unknown key, a value of a wrong type.
 */
export function parseConfig(value: unknown): Omit<LoadedConfig, "location" | "folder"> {
	assertKeys(value, [], TOP);
	const { environments = {}, drivers = {}, sources = {}, $schema, ...top } = value as Record<string, object>;
	return {
		environments: new Map<string, EnvironmentConfig>([[DEFAULT_ENVIRONMENT, top], ...Object.entries(environments)]),
		drivers: new Map(Object.entries(drivers)),
		sources: new Map(Object.entries(sources)),
	};
}

/** A key whose value is undefined, as code can have it, is a key that is not there. */
function assertKeys(value: unknown, path: Path, known: Readonly<Record<string, Check>>): void {
	for (const [key, entry] of entriesOf(value, path)) {
		if (!Object.hasOwn(known, key)) throw unknownKey([...path, key], Object.keys(known));
		if (entry !== undefined) known[key]?.(entry, [...path, key]);
	}
}

function assertEnvironments(value: unknown, path: Path): void {
	for (const [name, environment] of entriesOf(value, path)) {
		const here = [...path, name];
		if (name === DEFAULT_ENVIRONMENT) {
			throw new ConfigFault(here, `the environment "${name}" is what stands at the top; move its keys there`);
		}
		if (!/^[a-z0-9][a-z0-9._-]*$/i.test(name)) {
			throw new ConfigFault(
				here,
				`"${name}" cannot name an environment: letters, digits, ".", "_" and "-", the first a letter or a digit`,
			);
		}
		assertKeys(environment, here, ENVIRONMENT);
	}
}

function assertPackages(value: unknown, path: Path): void {
	for (const [scheme, name] of entriesOf(value, path)) {
		const here = [...path, scheme];
		if (!/^[a-z][a-z0-9+.-]*$/.test(scheme)) {
			throw new ConfigFault(here, `"${scheme}" is not a URL scheme: lower-case letters, digits, "+", "." and "-"`);
		}
		assertText(name, here);
	}
}

function entriesOf(value: unknown, path: Path): readonly [string, unknown][] {
	if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrongType(path, "an object", value);
	return Object.entries(value);
}

function assertText(value: unknown, path: Path): void {
	if (typeof value !== "string") throw wrongType(path, "a string", value);
	if (value.trim() === "") throw new ConfigFault(path, `${nameOf(path)} is empty; leave the key out, or say it`);
}

/** A URL need not be one that a driver takes; that is for the driver to say. */
function assertUrl(value: unknown, path: Path): void {
	assertText(value, path);
	if (/^env:(?![A-Za-z_][A-Za-z0-9_]*$)/.test(String(value))) {
		throw new ConfigFault(path, `${nameOf(path)} must name a variable after env:, in letters, digits and "_"`);
	}
}

function oneOf(words: readonly string[]): Check {
	return (value, path) => {
		if (typeof value === "string" && words.includes(value)) return;
		throw wrongType(path, words.map((word) => `"${word}"`).join(" or "), value);
	};
}

function unknownKey(path: Path, known: readonly string[]): ConfigFault {
	const key = path.at(-1) ?? "";
	const nearest = nearestName(key, known);
	const hint = nearest === undefined ? `known are ${known.join(", ")}` : `did you mean "${nearest}"?`;
	return new ConfigFault(path, `unknown key ${nameOf(path)}; ${hint}`);
}

/** The value is not shown: a password may be in the wrong place. */
function wrongType(path: Path, form: string, value: unknown): ConfigFault {
	return new ConfigFault(path, `${nameOf(path)} must be ${form}, and is ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
	if (value === null || value === undefined) return String(value);
	if (Array.isArray(value)) return "an array";
	return typeof value === "string" ? "another string" : `a value of type ${typeof value}`;
}

function nameOf(path: Path): string {
	return path.length === 0 ? "the configuration" : path.join(".");
}
