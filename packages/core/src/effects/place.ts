/** A place in a file. */
export interface Place {
	/** 1-based. LF and CRLF both end a line. */
	readonly line: number;
	/** 1-based, in UTF-16 units; a byte order mark at the start of the file is not counted. */
	readonly column: number;
}
