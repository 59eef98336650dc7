import type { StateName } from "../command-line.ts";
import type { DifferenceId } from "../differences.ts";

/** What a command says and does. Only what is written here differs between the two. */
export interface CommandLineCase {
	readonly args: readonly string[];
	/** The database before: none by default. */
	readonly at?: StateName;
	readonly stdin?: string;
	/** Files beside the common ones. */
	readonly files?: Readonly<Record<string, string>>;
	readonly exit: number;
	/** The first line of golang-migrate, and of godwit unless `godwit` says another. */
	readonly says: RegExp;
	/** The line with the error, where it is not the first. */
	readonly error?: RegExp;
	/** The same error in other words. */
	readonly errorWords?: RegExp;
	/** The version afterwards. */
	readonly version?: string;
	/** Files in the folder `new` afterwards. */
	readonly created?: readonly (string | RegExp)[];
	/** The same in other words. */
	readonly words?: RegExp;
	/** What godwit does otherwise, on purpose. */
	readonly godwit?: {
		readonly by: DifferenceId;
		readonly exit?: number;
		readonly says?: RegExp;
		readonly error?: RegExp;
		readonly version?: string;
		readonly created?: readonly (string | RegExp)[];
	};
}
