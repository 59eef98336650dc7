import type { Client, ClientBase, ClientConfig, Connection, Submittable } from "pg";
import { isFatal } from "../postgres-error.ts";
import type { ChannelBinding } from "../url/libpq-parameters.ts";
import { messageResults } from "./message-results.ts";
import type { PostgresConnection, SendOptions, TransactionStatus } from "./postgres-connection.ts";

type ClientClass = new (config: ClientConfig) => Client;

/** What a client of `pg` has besides what its types say. */
interface WholeClient extends ClientBase {
	readonly processID: number | null;
	readonly connectionParameters: { options?: string | undefined; application_name?: string | undefined };
	getTransactionStatus(): "I" | "T" | "E" | null;
}

const STATUS: Readonly<Record<string, TransactionStatus>> = { I: "none", T: "open", E: "failed" };

/**
 * Connects with `pg`. Nothing is taken from the environment, which `pg` reads where it is given nothing.
 *
 * @param binding Of the login to the TLS connection.
 * @throws The error of `pg`.
 */
export async function connectPg(
	Class: ClientClass,
	config: ClientConfig,
	binding: ChannelBinding,
): Promise<PostgresConnection> {
	const client = new Class({ ...config, enableChannelBinding: binding !== "disable" && config.ssl !== false });
	const { connectionParameters } = client as Client & WholeClient;
	connectionParameters.options = config.options;
	connectionParameters.application_name = config.application_name;
	// A connection that is lost has nothing to say goodbye to.
	const connection = clientConnection(client, async (lost) => (lost === undefined ? client.end() : undefined));
	try {
		await client.connect();
	} catch (error) {
		await client.end().catch(() => {});
		throw error;
	}
	return connection;
}

/**
 * Makes a connection of a client.
 *
 * @param close Gives the client back. It is told why the connection was lost, and given what stops listening to the client,
 *   whose errors need somebody who hears them.
 */
export function clientConnection(
	lent: ClientBase,
	close: (lost: Error | undefined, stopListening: () => void) => Promise<void>,
): PostgresConnection {
	const client = lent as WholeClient;
	let lost: Error | undefined;
	let fail: ((error: Error) => void) | undefined;

	function lose(error: Error): void {
		lost ??= error;
		fail?.(error);
	}

	function ended(): void {
		lose(new Error("the connection was closed"));
	}

	client.on("error", lose);
	client.on("end", ended);
	return {
		get transaction() {
			return STATUS[client.getTransactionStatus() ?? "I"] ?? "none";
		},
		get lost() {
			return lost;
		},
		get backend() {
			return client.processID ?? undefined;
		},
		send(sql, options = {}) {
			return new Promise((resolve, reject) => {
				const message = new SimpleMessage(sql, options, (error) => {
					fail = undefined;
					if (error === undefined) resolve(message.results.all);
					else {
						if (isFatal(error)) lose(error);
						reject(message.results.failed(error));
					}
				});
				if (lost !== undefined) message.end(lost);
				else {
					fail = (error) => message.end(error);
					client.query(message);
				}
			});
		},
		async close() {
			await close(lost, () => {
				client.off("error", lose);
				client.off("end", ended);
			});
		},
	};
}

/** One message of the simple protocol. It ends when the server is ready for the next one, so that the transaction's state is known. */
class SimpleMessage implements Submittable {
	readonly results: ReturnType<typeof messageResults>;
	readonly #sql: string;
	#end: ((error: Error | undefined) => void) | undefined;
	#refused: Error | undefined;

	constructor(sql: string, options: SendOptions, end: (error: Error | undefined) => void) {
		this.#sql = sql;
		this.results = messageResults(options);
		this.#end = end;
	}

	/** Only the first call counts. */
	end(error: Error | undefined): void {
		const end = this.#end;
		this.#end = undefined;
		end?.(this.#refused ?? error);
	}

	submit(connection: Connection): void {
		connection.query(this.#sql);
	}

	handleRowDescription({ fields }: { readonly fields: readonly { readonly name: string }[] }): void {
		this.results.columns(fields.map(({ name }) => name));
	}

	handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
		this.results.row(fields);
	}

	handleCommandComplete({ text }: { readonly text: string }): void {
		this.results.done(text);
	}

	handleEmptyQuery(): void {
		this.results.done("");
	}

	/** `pg` takes no notice of a message after its error, and the state of the transaction comes later. */
	handleError(error: Error, connection: Connection): void {
		this.#refused = error;
		if (isFatal(error)) this.end(error);
		else connection.once("readyForQuery", () => this.end(error));
	}

	handleReadyForQuery(): void {
		this.end(undefined);
	}

	handlePortalSuspended(): void {}

	handleCopyInResponse(connection: Connection & { sendCopyFail(reason: string): void }): void {
		connection.sendCopyFail("there is nothing to copy from");
	}

	handleCopyData(): void {}
}
