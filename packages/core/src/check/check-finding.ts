/** What a check has found. */
export interface CheckFinding {
	/** The name of the rule. */
	readonly rule: string;
	/** `error`: it is wrong. `warning`: it can fail or lose something. `note`: good to know. */
	readonly level: "error" | "warning" | "note";
	/** Where a person finds the file; missing for what is about no file. */
	readonly location?: string | undefined;
	/** 1-based; missing for what is about a whole file. */
	readonly line?: number | undefined;
	/** 1-based, in UTF-16 units. */
	readonly column?: number | undefined;
	/** What is so, and what to do, in a sentence. */
	readonly message: string;
}
