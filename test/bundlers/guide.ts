import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** A part of a page, under one heading. */
export interface Section {
	readonly title: string;
	/** Texts by path, each told by the comment in its first line. */
	readonly files: Readonly<Record<string, string>>;
	readonly commands: readonly Command[];
}

export interface Command {
	readonly line: string;
	/** What it is said to print; undefined when the page does not say. */
	readonly output: string | undefined;
}

/** Reads a page of the docs. */
export function sectionsOf(page: string): readonly Section[] {
	const text = readFileSync(resolve(import.meta.dirname, "../../docs", page), "utf8");
	return text
		.split(/^## /m)
		.slice(1)
		.map((section) => {
			const [title = ""] = section.split("\n", 1);
			const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, body = ""]) => ({
				language,
				body,
			}));
			const consoles = blocks.filter(({ language }) => language === "console");
			return {
				title,
				files: Object.fromEntries(blocks.flatMap(({ body }) => fileIn(body))),
				commands: consoles.flatMap(({ body }) => commandsIn(body)),
			};
		});
}

function fileIn(body: string): readonly (readonly [string, string])[] {
	const [, path] = /^(?:\/\/|--) (\S+\.\w+)\n/.exec(body) ?? [];
	return path === undefined ? [] : [[path, body]];
}

function commandsIn(body: string): readonly Command[] {
	return body
		.split(/^\$ /m)
		.slice(1)
		.map((part) => {
			const [line = "", ...output] = part.trimEnd().split("\n");
			return { line, output: output.length === 0 ? undefined : output.join("\n") };
		});
}
