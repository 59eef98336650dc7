import { FailedMessage, type Row, type StatementResult } from "./postgres-connection.ts";

/** Collects what the server answers to one message. */
export interface MessageResults {
	columns(names: readonly string[]): void;
	row(values: readonly (string | null)[]): void;
	/** A statement is done. */
	done(tag: string): void;
	/** The failure of the message, with how many statements were done before. */
	failed(reason: Error): FailedMessage;
	readonly all: readonly StatementResult[];
}

export function messageResults({ withoutRows = false }: { readonly withoutRows?: boolean }): MessageResults {
	const all: StatementResult[] = [];
	let names: readonly string[] = [];
	let rows: Row[] = [];
	return {
		all,
		columns(of) {
			names = of;
		},
		row(values) {
			if (withoutRows) return;
			rows.push(Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])));
		},
		done(tag) {
			all.push({ tag, rows });
			rows = [];
		},
		failed: (reason) => new FailedMessage(reason, all.length),
	};
}
