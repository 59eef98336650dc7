import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";

export interface KillingProxy extends AsyncDisposable {
	readonly port: number;
}

export interface KillAtCommit {
	/** The port of the primary. */
	readonly port: number;
	/** What a message holds with which the migration is committed. */
	readonly text: string;
	/** Before the server has the message, or when it has it. */
	readonly when: "before" | "after";
	/** Ends the primary. */
	kill(): void;
}

/** A proxy before a primary that ends it at the COMMIT of a migration, and itself with it. */
export async function startKillingProxy({ port, text, when, kill }: KillAtCommit): Promise<KillingProxy> {
	const sockets = new Set<Socket>();
	const proxy = createServer((client) => {
		const server = createConnection(port, "127.0.0.1");
		for (const socket of [client, server]) {
			sockets.add(socket);
			socket.on("error", () => {});
			socket.on("close", () => {
				client.destroy();
				server.destroy();
			});
		}
		server.pipe(client);
		client.on("data", (bytes) => {
			if (!bytes.includes(text)) return void server.write(bytes);
			proxy.close();
			if (when === "before") return kill();
			server.write(bytes, kill);
		});
	});
	proxy.listen(0, "127.0.0.1");
	await once(proxy, "listening");
	const address = proxy.address();
	if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
	return {
		port: address.port,
		async [Symbol.asyncDispose]() {
			for (const socket of sockets) socket.destroy();
			if (proxy.listening) await new Promise((resolve) => proxy.close(resolve));
		},
	};
}
