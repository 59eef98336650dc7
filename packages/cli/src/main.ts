import { readFileSync } from "node:fs";
import { CommandError } from "./command-line/command-error.ts";
import { type CommandLine, readCommandLine } from "./command-line/read-command-line.ts";
import { settingsOf } from "./command-line/settings.ts";
import { UsageError } from "./command-line/usage-error.ts";
import { errorOutput, lostOutput, standardError, writeLog, writeOutput } from "./output/standard-stream.ts";
import { ERROR, terminal } from "./output/terminal.ts";
import { hideSecrets } from "./output/text/hide-secrets.ts";
import { paintErrors, paintOutput, plain } from "./output/text/paint.ts";
import { printable } from "./output/text/printable.ts";

/**
 * Runs the command line: data goes to standard output, everything else to standard error.
 *
 * What a command needs is loaded when it is known which one it is. A stream that cannot be written to stops nothing.
 *
 * @param args Without the program's name.
 * @returns The exit code: 0, 1 for a failure and for standard output that is lost, 2 for a command line that is not
 *   understood, 130 when a signal stopped it with work left.
 */
export async function main(args: readonly string[]): Promise<number> {
	// `debug` writes to it without a listener of its own.
	if (process.env.DEBUG) standardError();
	const finished = failUntilFinished(args);
	const exitCode = await runOrExplain(args).finally(finished);
	const failure = await lostOutput();
	if (failure === undefined) return exitCode;
	// Whoever stops reading, as `head` does, knows.
	if (failure.code !== "EPIPE") writeLog(`error: standard output is lost: ${failure.message}\n`);
	return exitCode === 0 ? 1 : exitCode;
}

/**
 * Makes the process fail that ends before the command has: a runtime that has nothing left to wait for ends with 0, whatever promise is
 * still awaited, and so may the code of a configuration, a driver or a source.
 *
 * @returns What to call when the command has ended.
 */
function failUntilFinished(args: readonly string[]): () => void {
	async function waitsForNothing(): Promise<void> {
		process.off("exit", exits);
		process.exitCode = 1;
		const { NEVER_SETTLES } = await import("./output/text/never-settles.ts");
		writeLog(`error: ${NEVER_SETTLES}\n`);
		if (wantsJson(args)) await printJson({ type: "error", message: NEVER_SETTLES });
	}
	function exits(code: number): void {
		if (code !== 0) return;
		process.exitCode = 1;
		// Nothing can be loaded any more.
		writeLog(
			"error: process.exit was called before the command had ended; look for it in the configuration, the driver and the source\n",
		);
	}
	process.once("beforeExit", waitsForNothing);
	process.once("exit", exits);
	return () => {
		process.off("beforeExit", waitsForNothing);
		process.off("exit", exits);
	};
}

/** For a command line that was not understood, or not yet. The last one counts, as it does in a line that is understood. */
function wantsJson(args: readonly string[]): boolean {
	return /^--?json(=(true|t|1))?$/i.test(args.findLast((arg) => /^--?json(=|$)/.test(arg)) ?? "");
}

async function runOrExplain(args: readonly string[]): Promise<number> {
	try {
		return await run(await readCommandLine(args));
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		// A URL can stand behind a flag's equals sign.
		const urls = args.flatMap((arg) => [arg, arg.slice(arg.indexOf("=") + 1)]);
		const asJson = wantsJson(args);
		const message = await explain(error);
		const { shortUsage } = await import("./command-line/usage.ts");
		terminal(errorOutput, (text) => readable(text, urls), asJson ? plain : paintErrors).line(
			`error: ${message}\n${await shortUsage(error.command)}`,
			ERROR,
		);
		if (asJson) await printJson({ type: "error", message }, urls);
		return 2;
	}
}

async function run(line: CommandLine): Promise<number> {
	const { name, command } = line;
	const asJson = line.is("json");
	if (line.is("version")) {
		if (asJson) await printJson({ type: "program", version: programVersion() });
		else print(programVersion());
		return 0;
	}
	if (line.is("help") || command === undefined) {
		const { usage, usageOf } = await import("./command-line/usage.ts");
		const text = name === undefined ? await usage() : await usageOf(name);
		if (!line.is("help")) {
			writeLog(`${text}\n`);
			if (asJson) await printJson({ type: "error", message: "no command was given" });
			return 2;
		}
		if (asJson) await printJson({ command: "help", text });
		else print(text);
		return 0;
	}
	const given: string[] = [];
	const toTerminal = terminal(errorOutput, (text) => readable(text, given), asJson ? plain : paintErrors);
	try {
		const settings = await settingsOf(line, (url) => given.push(url));
		const printWords = (text: string): void => print(asJson ? readable(text, given) : hideSecrets(text, given));
		const paint = asJson ? plain : paintOutput;
		return await command.run({ line, settings, terminal: toTerminal, paint, print: printWords, printData: print });
	} catch (error) {
		if (error instanceof UsageError) throw error;
		const { describeError } = await import("./output/describe-error.ts");
		const { hideValues } = await import("./output/text/hide-values.ts");
		const explained = error instanceof CommandError && error.cause === undefined;
		const stack = !explained && (line.is("verbose") || Boolean(process.env.DEBUG));
		toTerminal.line(hideValues(await describeError(error, { stack }), given), ERROR);
		if (asJson) {
			const { jsonError } = await import("./output/json/json-error.ts");
			print(
				readable(
					jsonError(error, (text) => hideValues(text, given)),
					given,
				),
			);
		}
		return 1;
	}
}

async function explain({ message, unknown }: UsageError): Promise<string> {
	const { suggestion } = await import("./command-line/suggestion.ts");
	const question = unknown && suggestion(unknown.word, unknown.known);
	return question === undefined ? message : `${message}; ${question}`;
}

/** What reaches a terminal: without secrets, and without the control characters that a file may hold. */
function readable(text: string, urls: readonly string[]): string {
	return printable(hideSecrets(text, urls));
}

function print(line: string): void {
	writeOutput(`${line}\n`);
}

async function printJson(document: Readonly<Record<string, unknown>>, urls: readonly string[] = []): Promise<void> {
	const { json } = await import("./output/json/json.ts");
	print(readable(json(document), urls));
}

function programVersion(): string {
	const manifest = new URL("../package.json", import.meta.url);
	const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };
	return version;
}
