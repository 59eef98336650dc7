/** A command line that cannot be understood; exit code 2. */
export class UsageError extends Error {
	override readonly name = "UsageError";
	/** The word that is not known, and those that could have been meant. */
	readonly unknown: { readonly word: string; readonly known: readonly string[] } | undefined;
	/** The command whose usage helps. */
	readonly command: string | undefined;

	constructor(message: string, { unknown, command }: Partial<Pick<UsageError, "unknown" | "command">> = {}) {
		super(message);
		this.unknown = unknown;
		this.command = command;
	}
}
