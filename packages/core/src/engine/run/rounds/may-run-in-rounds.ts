import type { Driver } from "../../../driver/driver.ts";
import type { Migration } from "../../../migration.ts";

/**
 * Returns whether a file that asks for rounds gets them; otherwise it runs whole. Without a history nobody would know that a migration is
 * half reverted, and up would go on above it.
 */
export function mayRunInRounds({ history }: Driver, { direction }: Pick<Migration, "direction">): boolean {
	return direction === "up" || history !== undefined;
}
