import type { MigrateOptions } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../../driver-laws/driver-harness.ts";
import type { CreateHarness, RunOptions } from "../../law.ts";

export type Transaction = NonNullable<MigrateOptions["transaction"]>;

/** Checks an empty database with each of the transactions that its driver can make. */
export async function forEachTransaction(
	create: CreateHarness<DriverHarness>,
	{ capabilities }: RunOptions<DriverCapability>,
	check: (harness: DriverHarness, transaction: Transaction) => Promise<void>,
): Promise<void> {
	const ways: readonly Transaction[] = capabilities.has("transaction") ? ["each", "all"] : ["each"];
	for (const transaction of ways) {
		await using harness = await create();
		await check(harness, transaction);
	}
}
