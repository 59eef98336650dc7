import { isError } from "@godwit/core";

/** What to do about a refusal. Deno's own message asks for one permission after the other. */
export const DENO_ADVICE =
	"a database needs --allow-read --allow-write --allow-env --allow-sys, without a path behind them, and better-sqlite3, a native binary, --allow-ffi besides";

/**
 * Returns whether Deno has refused a call for want of a permission. Such an error has a name and no code.
 *
 * Of `/proc` Deno shows nothing without `--allow-all`, see https://docs.deno.com/runtime/fundamentals/security/
 */
export function isRefusedByDeno(error: unknown): boolean {
	return isError(error) && error.name === "NotCapable";
}
