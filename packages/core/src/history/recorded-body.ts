import { type MigrationBody, migrationBody } from "../body/migration-body.ts";
import type { DriverHistory } from "../driver/driver.ts";
import type { NewChecksum } from "./checksum.ts";

/** The longest file, in bytes, whose text goes into the history. Of a longer one it has the checksum alone. */
export const MAX_KEPT_BYTES: number = 64 * 1024;

/** What the history keeps of a file. */
export interface FileRecord {
	/** `t1:` of the text. With ` m1:` of the meaning behind, where the text is not kept and the dialect knows meanings. */
	readonly checksum: string;
	/** Without a byte order mark; missing when the file is too long, or the driver does not keep it. */
	readonly text: string | undefined;
}

export interface RecordOptions {
	readonly newChecksum: NewChecksum;
	readonly history: Pick<DriverHistory, "keepsText" | "meaning">;
}

/** A body, and what was seen of it as it was read. */
export interface RecordedBody {
	readonly body: MigrationBody;
	/** Of the last reading that came to the end; `undefined` before that. */
	record(): FileRecord | undefined;
}

/** Watches a body while somebody else reads it, so that what is recorded is what ran. */
export function recordedBody(body: MigrationBody, options: RecordOptions): RecordedBody {
	let last: FileRecord | undefined;

	async function* read(): AsyncGenerator<Uint8Array> {
		const watcher = fileWatcher(options);
		for await (const chunk of body) {
			// Before it is given away, since its reader may use the memory again.
			watcher.add(chunk);
			yield chunk;
		}
		last = watcher.end();
	}

	function whole(): Uint8Array | undefined {
		const bytes = body.whole?.();
		if (bytes === undefined) return undefined;
		last = recordOfBytes(bytes, options);
		return bytes;
	}

	return { body: migrationBody(read, body.whole && whole), record: () => last };
}

/** Reads a body to its end for what the history keeps of it. */
export async function recordOf(body: MigrationBody, options: RecordOptions): Promise<FileRecord> {
	const bytes = body.whole?.();
	if (bytes !== undefined) return recordOfBytes(bytes, options);
	const watcher = fileWatcher(options);
	for await (const chunk of body) watcher.add(chunk);
	return watcher.end();
}

/** Reads a body to its end for its checksum alone. */
export async function recordChecksum(body: MigrationBody, newChecksum: NewChecksum): Promise<string> {
	const checksum = newChecksum();
	for await (const chunk of body) checksum.update(chunk);
	return checksum.digest();
}

function recordOfBytes(bytes: Uint8Array, options: RecordOptions): FileRecord {
	const checksum = options.newChecksum();
	checksum.update(bytes);
	return fileRecord(checksum.digest(), bytes.length > MAX_KEPT_BYTES ? undefined : utf8.decode(bytes), options);
}

/** @param text Missing when the file is too long to be kept. */
function fileRecord(sum: string, text: string | undefined, options: RecordOptions): FileRecord {
	if (text === undefined) return { checksum: sum, text };
	if (options.history.keepsText(text)) return { checksum: sum, text };
	const meaning = meaningOf(text, options);
	return { checksum: meaning === undefined ? sum : `${sum} ${meaning}`, text: undefined };
}

/** The checksum of a text and the one of its meaning, also where the history keeps the text. */
export function withMeaning({ checksum, text }: FileRecord, options: RecordOptions): string {
	const meaning = text === undefined ? undefined : meaningOf(text, options);
	return meaning === undefined ? checksum : `${checksum} ${meaning}`;
}

function fileWatcher(options: RecordOptions): { add(chunk: Uint8Array): void; end(): FileRecord } {
	const checksum = options.newChecksum();
	let kept: Uint8Array[] = [];
	let length = 0;
	return {
		add(chunk) {
			checksum.update(chunk);
			length += chunk.length;
			if (length > MAX_KEPT_BYTES) kept = [];
			else kept.push(chunk.slice());
		},
		end: () => fileRecord(checksum.digest(), length > MAX_KEPT_BYTES ? undefined : joinedText(kept, length), options),
	};
}

/** The checksum of what a text means to the database: `m1:` and 64 hexadecimal digits. */
export function meaningOf(text: string, { newChecksum, history }: RecordOptions): string | undefined {
	const meaning = history.meaning?.(text);
	if (meaning === undefined) return undefined;
	const checksum = newChecksum();
	checksum.update(new TextEncoder().encode(meaning));
	return checksum.digest().replace("t1:", "m1:");
}

const utf8 = new TextDecoder();

/** A body that is not UTF-8 does not run, so nothing is recorded of it. */
function joinedText(chunks: readonly Uint8Array[], length: number): string {
	const all = new Uint8Array(length);
	let at = 0;
	for (const chunk of chunks) {
		all.set(chunk, at);
		at += chunk.length;
	}
	return utf8.decode(all);
}
