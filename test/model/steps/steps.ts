import type { StepName } from "../step-name.ts";
import type { Step } from "../turn.ts";
import { enterSteps } from "./enter.ts";
import { leaveSteps } from "./leave.ts";
import { nativeTransactionSteps } from "./native-transaction.ts";
import { readerSteps } from "./reader.ts";
import { unlockSteps } from "./unlock.ts";
import { wasmApplicationSteps } from "./wasm-application.ts";
import { wasmRunSteps } from "./wasm-run.ts";

export const STEPS: Readonly<Record<Exclude<StepName, "none">, Step>> = {
	...enterSteps,
	...leaveSteps,
	...nativeTransactionSteps,
	...readerSteps,
	...unlockSteps,
	...wasmApplicationSteps,
	...wasmRunSteps,
};
