import type { LawSet } from "../law.ts";
import { bodyLaws } from "./bodies/body-laws.ts";
import { placeLaws } from "./bodies/place-laws.ts";
import { transactionControlLaws } from "./bodies/transaction-control-laws.ts";
import { callLaws } from "./call-laws.ts";
import { type DriverCapability, type DriverHarness, driverCapabilities } from "./driver-harness.ts";
import { driverModelLaw } from "./driver-model.ts";
import { failedReadLaws } from "./failed-read-laws.ts";
import { failedUnlockLaws } from "./failed-unlock-laws.ts";
import { historyLaws } from "./history-laws.ts";
import { lifetimeLaws } from "./lifetime-laws.ts";
import { lockLaws } from "./lock-laws.ts";
import { structureLaws } from "./structure-laws.ts";
import { transactionLaws } from "./transaction-laws.ts";
import { versionLaws } from "./version-laws.ts";

/** Every promise of `Driver`. */
export const driverLaws: LawSet<DriverHarness, DriverCapability> = {
	capabilities: driverCapabilities,
	laws: [
		...versionLaws,
		...failedReadLaws,
		...lockLaws,
		...failedUnlockLaws,
		...bodyLaws,
		...placeLaws,
		...transactionLaws,
		...transactionControlLaws,
		...historyLaws,
		...structureLaws,
		...lifetimeLaws,
		...callLaws,
		driverModelLaw,
	],
};
