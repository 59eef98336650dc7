import type { PGlite } from "@electric-sql/pglite";
import { messageResults } from "./message-results.ts";
import type { PostgresConnection, TransactionStatus } from "./postgres-connection.ts";

/** What the parser of PGlite gives, by its name. */
interface Message {
	readonly name: string;
	readonly fields?: readonly unknown[];
	readonly text?: string;
	readonly status?: string;
}

/** @param close Also releases what the caller holds for it. */
export function pgliteConnection(database: PGlite, close: () => Promise<void>): PostgresConnection {
	let transaction: TransactionStatus = "none";
	return {
		get transaction() {
			return transaction;
		},
		lost: undefined,
		backend: undefined,
		async send(sql, options = {}) {
			const results = messageResults(options);
			const { messages } = await database.execProtocol(queryMessage(sql), { throwOnError: false });
			let failure: Error | undefined;
			for (const message of messages as unknown as readonly (Message | (Message & Error))[]) {
				if (message.name === "rowDescription") {
					results.columns((message.fields as readonly { readonly name: string }[]).map(({ name }) => name));
				} else if (message.name === "dataRow") results.row(message.fields as readonly (string | null)[]);
				else if (message.name === "commandComplete") results.done(message.text ?? "");
				else if (message.name === "emptyQuery") results.done("");
				else if (message.name === "error") failure ??= message as unknown as Error;
				else if (message.name === "readyForQuery") transaction = statusOf(message.status);
			}
			if (failure !== undefined) throw results.failed(failure);
			return results.all;
		},
		async clone() {
			// A PGlite is what it makes of itself, whatever the types say.
			const copy = (await database.clone()) as PGlite;
			return pgliteConnection(copy, () => copy.close());
		},
		close,
	};
}

/** See https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-QUERY */
function queryMessage(sql: string): Uint8Array {
	const text = new TextEncoder().encode(sql);
	const message = new Uint8Array(text.length + 6);
	message[0] = 0x51;
	new DataView(message.buffer).setInt32(1, text.length + 5);
	message.set(text, 5);
	return message;
}

function statusOf(status: string | undefined): TransactionStatus {
	if (status === "T") return "open";
	return status === "E" ? "failed" : "none";
}
