import type { Found } from "./link-file.ts";

/** What another program has made at the path of a lock. */
export type ForeignLock = Found & { readonly state: "foreign" };

/**
 * How a lock is held: by a link; by nothing, where no link can be made; or by what another program has made, after a
 * person has said that nobody holds it any more.
 */
export type Hold = "link" | "nothing" | ForeignLock;
