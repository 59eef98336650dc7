import type { Flag } from "./flags.ts";

/** What a way up does where files and database differ; each has the name of its option of `Migrate`. */
export const policyFlags: readonly Flag[] = [
	{
		name: "out-of-order",
		kind: "string",
		words: ["error", "skip", "apply"],
		value: "error|skip|apply",
		help: "what to do with a migration below the database's version that is not applied (default error)",
	},
	{
		name: "changed",
		kind: "string",
		words: ["error", "warn"],
		value: "error|warn",
		help: "what to do when the file of an applied migration was edited (default error)",
	},
	{
		name: "newer",
		kind: "string",
		words: ["error", "allow"],
		value: "error|allow",
		help: "what to do when the database is above every migration (default error; allow: nothing)",
	},
];
