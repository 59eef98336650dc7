import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file that a page of the docs tells its reader to write. */
export interface PageFile {
	readonly path: string;
	readonly text: string;
}

/** A command that a page tells its reader to type. */
export interface PageCommand {
	readonly command: string;
	/** What the page says that it prints, on both streams; undefined when the page does not say. */
	readonly output: string | undefined;
}

/**
 * What a reader who follows a Markdown page does, in the order of the page.
 *
 * A fenced block is a file when its first line is a comment with a path, as `-- migrations/1_a.up.sql`, or when the path
 * follows the language, as in "```json godwit.config.json". A `console` block holds commands after `$ ` and what each prints,
 * a `sh` block a command on each line.
 *
 * @throws When a block is none of these.
 */
export function stepsOf(page: string): readonly (PageFile | PageCommand)[] {
	const blocks = page.matchAll(/^```(\w+) ?(.*)\n((?:.*\n)*?)```$/gm);
	return [...blocks].flatMap(([, language = "", name = "", text = ""]): readonly (PageFile | PageCommand)[] => {
		if (language === "console") return transcript(text);
		if (language === "sh")
			return text
				.split("\n")
				.filter(Boolean)
				.map((command) => ({ command, output: undefined }));
		const path = name || /^(?:--|\/\/|#) (\S+)\n/.exec(text)?.[1];
		assert.ok(path, `a block of ${language} names no file: ${text}`);
		return [{ path, text }];
	});
}

function transcript(text: string): readonly PageCommand[] {
	return text
		.split(/^\$ /m)
		.slice(1)
		.map((part) => {
			const [command = "", ...output] = part.trimEnd().split("\n");
			return { command, output: output.join("\n") };
		});
}

/** The part of a page under a heading of the second level, up to the next one. */
export function sectionOf(page: string, heading: string): string {
	const [, section] = new RegExp(`^## ${heading}\n(.*?)(?=^## |(?![^]))`, "ms").exec(page) ?? [];
	assert.ok(section, `the page has no section "${heading}"`);
	return section;
}

/** Names a step in the title of a test. */
export function titleOf(step: PageFile | PageCommand): string {
	return "command" in step ? step.command : `writes ${step.path}`;
}

/**
 * Takes one step of a page in a folder.
 *
 * @throws When a command fails without output in the page that says so, or prints something else than the page says.
 */
export function takeStep(step: PageFile | PageCommand, cwd: string, env: NodeJS.ProcessEnv): void {
	if ("path" in step) {
		mkdirSync(dirname(join(cwd, step.path)), { recursive: true });
		writeFileSync(join(cwd, step.path), step.text);
		return;
	}
	const { command, output } = step;
	// A failure is part of some transcripts: what is printed tells it.
	const both = `{ ${command}\n} 2>&1`;
	const shell = output === undefined ? both : `${both}; true`;
	const printed = execFileSync("sh", ["-c", shell], { cwd, env, encoding: "utf8" });
	if (output !== undefined) assert.equal(withoutTimes(printed.replaceAll(cwd, "…")).trimEnd(), output);
}

/** Durations, the times in the names of backups, and the columns of a status from the one of its times on. */
function withoutTimes(printed: string): string {
	return printed
		.replace(/\(\d[^)]*s\)/g, "(…)")
		.replace(/\d{8}T\d{9}Z/g, "TIME")
		.replace(/(?<= )(?:WHEN|\d{4}-\d\d-\d\d) .*$/gm, "…");
}
