import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import type { DriverFactory, SourceFactory } from "@godwit/core";
import { resolve } from "import-meta-resolve";
import { CommandError } from "../command-line/command-error.ts";
import { importQuietly } from "./import-quietly.ts";
import type { PluginKind } from "./plugin-kind.ts";

/** A package that brings a driver or a source. */
export interface Plugin {
	readonly package: string;
	/** The absolute path of the file that names it; the package is looked for from there. */
	readonly namedBy: string;
}

/**
 * Loads a driver or a source from its package. It may have a copy of `@godwit/core` of its own.
 *
 * @throws CommandError when the package is not installed, fails as it is loaded, or exports no such thing; its cause is what
 *   the package threw.
 */
export async function loadPlugin<Factory extends DriverFactory | SourceFactory>(
	plugin: Plugin,
	kind: PluginKind<Factory>,
): Promise<Factory> {
	const url = locate(plugin);
	const exported = await load(plugin, url);
	if (!(kind.name in exported)) {
		const names = Object.keys(exported);
		const instead = names.length === 0 ? "nothing" : names.join(", ");
		throw new CommandError(`${plugin.package} exports no "${kind.name}"; it exports ${instead}`);
	}
	const factory = exported[kind.name];
	if (typeof factory !== "object" || factory === null || !("open" in factory) || typeof factory.open !== "function") {
		const shown = inspect(factory, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
		throw new CommandError(
			`what ${plugin.package} exports as "${kind.name}" is no ${kind.name}: it has no method open(url); it is ${shown}`,
		);
	}
	return checked(factory as Factory, plugin, kind);
}

function locate({ package: name, namedBy }: Plugin): string {
	try {
		return resolve(name, pathToFileURL(namedBy).href);
	} catch (cause) {
		const reason = (cause as Error).message;
		throw new CommandError(`${name}, which ${namedBy} names, cannot be found; is it installed, and built? ${reason}`, {
			cause,
		});
	}
}

async function load({ package: name }: Plugin, url: string): Promise<Readonly<Record<string, unknown>>> {
	try {
		return await importQuietly(url);
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : inspect(cause);
		throw new CommandError(`${name} cannot be loaded: ${reason}`, { cause });
	}
}

/** Looks at what is opened too, since a package need not be written with types. */
function checked<Factory extends DriverFactory | SourceFactory>(
	factory: Factory,
	plugin: Plugin,
	{ name, methods }: PluginKind<Factory>,
): Factory {
	async function open(url: string): Promise<unknown> {
		const opened: unknown = await factory.open(url);
		const missing = methods.filter(
			(method) => typeof (opened as Record<PropertyKey, unknown> | null)?.[method] !== "function",
		);
		if (missing.length === 0) return opened;
		throw new CommandError(
			`what open(url) of ${plugin.package} gave is no ${name}: it has no ${missing.map(shownMethod).join(", no ")}`,
		);
	}
	function member(_target: object, key: PropertyKey): unknown {
		if (key === "open") return open;
		const value: unknown = Reflect.get(factory, key);
		return typeof value === "function" ? value.bind(factory) : value;
	}
	// Over an empty object, since one over a frozen factory could not have another `open`.
	return new Proxy({}, { get: member }) as Factory;
}

function shownMethod(method: PropertyKey): string {
	return typeof method === "symbol" ? `[${method.description}]` : String(method);
}
