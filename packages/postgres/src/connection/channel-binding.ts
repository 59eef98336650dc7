import type { EventEmitter } from "node:events";
import { unboundLoginError } from "../postgres-error.ts";

/** What a client of `pg` has besides what its types say. */
interface LoginClient {
	readonly connection: EventEmitter;
	password: unknown;
}

/** The login that is bound to the TLS connection, see https://www.postgresql.org/docs/current/sasl-authentication.html */
const BOUND = "SCRAM-SHA-256-PLUS";

/**
 * Keeps a client that is not connected yet from giving its password to a server that does not offer a login that is bound to
 * the TLS connection, as one in the middle cannot. With such an offer, `pg` takes it.
 *
 * @returns What throws after the login when there was no such offer: the server may ask for no password.
 */
export function requireBoundLogin(client: object): () => void {
	const login = client as LoginClient;
	const { password } = login;
	let offered = false;
	const assertOffered = (): void => {
		if (!offered) throw unboundLoginError();
	};
	login.connection.once("authenticationSASL", ({ mechanisms }: { readonly mechanisms: readonly string[] }) => {
		offered = mechanisms.includes(BOUND);
	});
	login.password = async (): Promise<unknown> => {
		assertOffered();
		return password;
	};
	return assertOffered;
}
