/** How the files of a connection may be used at this moment. */
export interface HookedFiles {
	/** The main database's file, as the library names it. */
	readonly main: string;
	/** Returns whether others are kept off a database file. */
	entered(path: string): boolean;
	/** A read without a lock: nothing is locked, and nothing rolled back. */
	readonly reading: boolean;
	/** Keeps others off a file that a statement opens, such as that of VACUUM INTO. @throws DatabaseHeldError */
	enter(path: string): void;
	/** Called when the library locks a file that others are kept off. @throws DatabaseHeldError */
	locking(path: string): void;
	/** Called before the library closes a database file for the last time. */
	closing(path: string): void;
}
