import { closeSync, fstatSync } from "node:fs";

/**
 * A descriptor that stays open while other parts of the process run. They may close it by mistake, and then its number can become
 * that of a file of theirs.
 */
export interface OwnDescriptor {
	readonly number: number;
	/** Returns whether the number is still that of the same file. */
	isOpen(): boolean;
	/** Does nothing when it is closed. */
	close(): void;
}

/** @throws the file system's own error for a descriptor that is not open. */
export function ownDescriptor(number: number): OwnDescriptor {
	const { dev, ino } = fstatSync(number);

	function isOpen(): boolean {
		try {
			const now = fstatSync(number);
			return now.dev === dev && now.ino === ino;
		} catch {
			return false;
		}
	}

	return {
		number,
		isOpen,
		close() {
			if (isOpen()) closeSync(number);
		},
	};
}
