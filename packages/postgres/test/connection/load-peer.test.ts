import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadPeer, type Peer } from "../../src/connection/load-peer.ts";

const PG: Peer = { name: "pg", scheme: "postgres", oldest: "8.23.1", isNewEnough: () => true };

describe("loadPeer", () => {
	it("takes what is installed beside godwit", () => {
		expect(loadPeer(PG)).toHaveProperty("Client");
	});

	it("says what is missing and how it is installed", () => {
		expect(() => loadPeer({ ...PG, name: "pg-that-nobody-has" })).toThrow(
			expect.objectContaining({
				code: "ERR_PACKAGE_NOT_FOUND",
				message:
					"postgres:// needs the package pg-that-nobody-has, which is not installed in this project or beside godwit; npm install pg-that-nobody-has",
				details: expect.objectContaining({ package: "pg-that-nobody-has" }),
			}),
		);
	});

	it("refuses what is too old, and says where it is", () => {
		expect(() => loadPeer({ ...PG, isNewEnough: () => false })).toThrow(
			/^postgres:\/\/ needs pg 8\.23\.1 or newer, and .+pg.+ is older; npm install pg@\^8\.23\.1$/,
		);
	});

	it("passes on that a package cannot be resolved for another reason than that it is missing", () => {
		expect(() => loadPeer({ ...PG, name: "pg/package.jso" })).toThrow(
			expect.objectContaining({ code: "ERR_PACKAGE_PATH_NOT_EXPORTED" }),
		);
	});

	it("takes that of the project in the working directory first", async () => {
		const project = realpathSync(mkdtempSync(join(tmpdir(), "godwit-peer-")));
		onTestFinished(() => rmSync(project, { recursive: true }));
		mkdirSync(join(project, "node_modules/pg"), { recursive: true });
		mkdirSync(join(project, "in/it"), { recursive: true });
		writeFileSync(join(project, "node_modules/pg/index.js"), "exports.whose = 'the project';");
		const loader = new URL("../../src/connection/load-peer.ts", import.meta.url).href;
		const program = `
			import { loadPeer } from ${JSON.stringify(loader)};
			console.log(loadPeer({ name: "pg", scheme: "postgres", oldest: "8", isNewEnough: () => true }).whose);
		`;
		const printed = await new Promise<string>((resolve, reject) => {
			const options = { cwd: join(project, "in/it") };
			execFile(process.execPath, ["--input-type=module", "--eval", program], options, (error, stdout) =>
				error === null ? resolve(stdout) : reject(error),
			);
		});
		expect(printed).toBe("the project\n");
	});
});
