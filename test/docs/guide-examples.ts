import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a section of a guide shows. */
export interface GuideExample {
	/** The heading of the section: `Vitest`. */
	readonly title: string;
	/** The command, without `$`. */
	readonly command: string;
	/** Writes the files of the section, and those that come before the first section with a command, into a folder. */
	writeTo(folder: string): void;
}

const BLOCK = /^```(\w+)\n(.*?)^```$/gms;
/** The first line of a file that a guide shows. */
const PATH = /^(?:--|\/\/) (\S+)\n/;

/** Reads the sections of a guide that have a command. */
export function guideExamples(path: string): readonly GuideExample[] {
	const [before = "", ...sections] = readFileSync(path, "utf8").split(/^## /m);
	return sections.flatMap((section) => {
		const [command] = blocks(section).filter(({ language }) => language === "console");
		if (command === undefined) return [];
		return {
			title: section.slice(0, section.indexOf("\n")),
			command: command.text.trim().replace(/^\$ /, ""),
			writeTo: (folder) => writeFiles(folder, [...blocks(before), ...blocks(section)]),
		};
	});
}

interface Block {
	readonly language: string;
	readonly text: string;
}

function blocks(text: string): readonly Block[] {
	return [...text.matchAll(BLOCK)].map(([, language = "", body = ""]) => ({ language, text: body }));
}

function writeFiles(folder: string, shown: readonly Block[]): void {
	for (const { text } of shown) {
		const [, path] = PATH.exec(text) ?? [];
		if (path === undefined) continue;
		mkdirSync(join(folder, dirname(path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
}
