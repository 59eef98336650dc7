import type { CommandLineCase } from "./command-line-case.ts";
import { creating } from "./creating.ts";
import { down } from "./down.ts";
import { general } from "./general.ts";
import { others } from "./others.ts";
import { up } from "./up.ts";
import { urls } from "./urls.ts";

export type { CommandLineCase } from "./command-line-case.ts";

export const commandLineCases: readonly CommandLineCase[] = [
	...general,
	...urls,
	...up,
	...down,
	...others,
	...creating,
];
