import { readFileSync } from "node:fs";

/** The peak resident memory of a living process in MB of 10^6 bytes; undefined when it is gone, or not on Linux. */
export function peakRssMb(pid: number | "self"): number | undefined {
	const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`)) ?? [];
	return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
}

/** User and system time of a living process; undefined when it is gone, or not on Linux. */
export function cpuMilliseconds(pid: number): number | undefined {
	const text = readProc(`/proc/${pid}/stat`);
	if (text === "") return undefined;
	// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: fields 14 and 15, in ticks of 10 ms; 3 is the first after ")".
	const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11]) + Number(fields[12])) * 10;
}

function readProc(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
		throw error;
	}
}
