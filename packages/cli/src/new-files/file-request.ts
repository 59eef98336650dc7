import { resolve } from "node:path";
import { controlCharacter } from "@godwit/core";
import { CommandError } from "../command-line/command-error.ts";
import type { GivenUrl } from "../command-line/given-url.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";

/** What files to create. */
export interface FileRequest {
	readonly name: string;
	/** With its dot. */
	readonly suffix: string;
	/** An absolute path; need not exist. */
	readonly folder: string;
	readonly numbering: Numbering;
}

/** How the version is made: of the next number, padded, or of the time. */
export type Numbering =
	| { readonly kind: "sequence"; readonly digits: number }
	| { readonly kind: "time"; readonly format: string; readonly timeZone: string };

export const DEFAULT_FORMAT = "20060102150405";
const DEFAULT_DIGITS = 6;

/**
 * Reads what `create` is asked for.
 *
 * @param source Where the migrations are.
 * @throws CommandError for what cannot be part of a file's name, or of a folder's.
 */
export async function fileRequest(
	{ operands, value, is }: CommandLine,
	source: GivenUrl | undefined,
): Promise<FileRequest> {
	const [name] = operands;
	if (name === undefined) throw new CommandError("please specify name");
	if (operands.length > 1) {
		throw new CommandError(
			`too many arguments: create takes one, and "${operands[1]}" is left over; a name of several words is written in quotes`,
		);
	}
	const extension = value("ext") ?? "";
	if (extension === "") throw new CommandError("-ext flag must be specified");
	assertPartOfName("name", name);
	assertPartOfName("extension", extension);
	return {
		name,
		suffix: `.${extension.replace(/^\./, "")}`,
		folder: folderOf(value("dir") ?? (value("path") || (await folderOfGiven(source)))),
		numbering: numberingOf({ value, is }),
	};
}

function assertPartOfName(what: string, text: string): void {
	if (text.trim() === "") {
		throw new CommandError(`the ${what} "${text}" is empty; name the migration after what it does, as in add_users`);
	}
	const control = controlCharacter(text);
	if (control !== undefined) throw new CommandError(`the ${what} has the control character ${control}; take it out`);
	if (/[/\\]/.test(text)) throw new CommandError(`"${text}" cannot be part of a file name; name the folder with -dir`);
}

async function folderOfGiven(source: GivenUrl | undefined): Promise<string> {
	if (source === undefined) return "";
	const { url, origin, folder = "" } = source;
	const { folderOfSource } = await import("./folder-of-source.ts");
	const found = await folderOfSource(url, folder);
	if (found !== undefined) return found;
	throw new CommandError(`create makes files, and ${origin} is no file:// URL; name the folder with -path DIR`);
}

function folderOf(path: string): string {
	const control = controlCharacter(path);
	if (control !== undefined) throw new CommandError(`the folder has the control character ${control}; take it out`);
	// One letter is a drive.
	if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
		throw new CommandError(`a folder is not a URL; name its path, or write ./ before a folder that is called ${path}`);
	}
	return resolve(path);
}

function numberingOf({ value, is }: Pick<CommandLine, "value" | "is">): Numbering {
	const format = value("format") ?? DEFAULT_FORMAT;
	if (!is("seq")) return { kind: "time", format, timeZone: value("tz") || "UTC" };
	if (format !== DEFAULT_FORMAT) throw new CommandError("the seq and format options are mutually exclusive");
	const digits = Number(value("digits") ?? DEFAULT_DIGITS);
	if (digits <= 0) throw new CommandError("digits must be positive");
	return { kind: "sequence", digits };
}
