import type { Command } from "../command-line/command.ts";
import { json } from "../output/json/json.ts";

/** Go: createCmd. */
export const create: Command = {
	arguments: "-ext EXT [flags] NAME",
	help: "create an empty up and down file called NAME",
	guarded: false,
	flags: [
		{ name: "ext", kind: "string", takesEmpty: true, value: "EXT", help: "extension of the files, as sql; required" },
		{
			name: "dir",
			kind: "string",
			value: "DIR",
			help: "where to (default: -path or -source, else the current folder)",
		},
		{ name: "seq", kind: "boolean", help: "number the files 1, 2, 3 instead of by the time" },
		{ name: "digits", kind: "integer", value: "N", help: "digits of such a number (default 6)" },
		{
			name: "format",
			kind: "string",
			takesEmpty: true,
			value: "FORMAT",
			help: 'unix, unixNano, or how Go writes its reference time (default "20060102150405")',
		},
		{ name: "tz", kind: "string", takesEmpty: true, value: "ZONE", help: "IANA time zone (default UTC)" },
	],
	async run({ line, settings, print }) {
		const { createFiles } = await import("../new-files/create-files.ts");
		const { fileRequest } = await import("../new-files/file-request.ts");
		const paths = await createFiles(await fileRequest(line, settings.source()));
		if (line.is("json")) print(json({ type: "created", files: paths }));
		else for (const path of paths) print(path);
		return 0;
	},
};
