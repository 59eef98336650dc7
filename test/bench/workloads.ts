import type { Workload } from "./workload.ts";
import { coldStart } from "./workloads/cold-start.ts";
import { growth } from "./workloads/growth.ts";
import { largeFile } from "./workloads/large-file.ts";
import { largeTable } from "./workloads/large-table.ts";
import { manyProcesses } from "./workloads/many-processes.ts";
import { nothingToDoCommand, nothingToDoInProcess } from "./workloads/nothing-to-do.ts";
import { pragmasAsCommand, pragmasInProcess } from "./workloads/pragmas.ts";
import { runtimeStart, smallMigrationsInRuntimes } from "./workloads/runtimes.ts";
import { smallMigrationsDown, smallMigrationsUp } from "./workloads/small-migrations.ts";
import { smallMigrationsOnPostgres } from "./workloads/small-migrations-on-postgres.ts";
import { testSuite } from "./workloads/test-suite.ts";

/** In the order of the page. */
export const workloads: readonly Workload[] = [
	smallMigrationsUp,
	smallMigrationsDown,
	growth,
	nothingToDoInProcess,
	nothingToDoCommand,
	largeFile,
	largeTable,
	coldStart,
	manyProcesses,
	pragmasInProcess,
	pragmasAsCommand,
	smallMigrationsOnPostgres,
	testSuite,
	smallMigrationsInRuntimes,
	runtimeStart,
];

/** @param list - Ids with commas between them; all workloads without it. */
export function chooseWorkloads(list: string | undefined): readonly Workload[] {
	if (list === undefined) return workloads;
	return list.split(",").map((id) => {
		const workload = workloads.find((one) => one.id === id);
		if (workload === undefined)
			throw new Error(`no workload ${id}; there are ${workloads.map((one) => one.id).join(", ")}`);
		return workload;
	});
}
