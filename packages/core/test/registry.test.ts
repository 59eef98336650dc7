import { describe, expect, it } from "vitest";
import {
	absoluteDatabaseUrl,
	absoluteSourceUrl,
	breakLocks,
	databaseUrl,
	isSameDatabase,
	openDriver,
	openSource,
	register,
	registeredDrivers,
	registeredSources,
	registerSource,
	sourceUrl,
} from "../src/registry.ts";
import { memorySource } from "../src/source/memory-source.ts";
import { recordingDriver } from "./engine/recording-driver.ts";

interface Registry {
	readonly kind: string;
	readonly registerName: string;
	register(name: string): void;
	list(): readonly string[];
	open(url: string): Promise<unknown>;
	readonly duplicate: string;
	readonly unknown: string;
}

/** What the factories were given. */
const urls: string[] = [];

const drivers: Registry = {
	kind: "driver",
	registerName: "register",
	register: (name) =>
		register(name, {
			open: async (url) => {
				urls.push(url);
				return recordingDriver();
			},
		}),
	list: registeredDrivers,
	open: openDriver,
	duplicate: "ERR_DUPLICATE_DRIVER",
	unknown: "ERR_UNKNOWN_DRIVER",
};

const sources: Registry = {
	kind: "source",
	registerName: "registerSource",
	register: (name) =>
		registerSource(name, {
			open: async (url) => {
				urls.push(url);
				return memorySource({});
			},
		}),
	list: registeredSources,
	open: openSource,
	duplicate: "ERR_DUPLICATE_SOURCE",
	unknown: "ERR_UNKNOWN_SOURCE",
};

describe.each([drivers, sources])("the registry of $kind schemes", (registry) => {
	it("says so when nothing is registered", async () => {
		await expect(registry.open("sqlite://x")).rejects.toMatchObject({
			code: registry.unknown,
			message: `no ${registry.kind} for the scheme "sqlite" (none is registered; add one with ${registry.registerName}("sqlite", factory))`,
			details: { scheme: "sqlite", known: [] },
		});
	});

	it("opens with the factory of the scheme and hands over the URL unchanged", async () => {
		registry.register("sqlite-native");
		registry.register("duckdb");
		const url = "SQLite-Native:not//a valid URL?%";
		await registry.open(url);
		expect(urls.at(-1)).toBe(url);
	});

	it("lists the schemes in alphabetical order", () => {
		expect(registry.list()).toEqual(["duckdb", "sqlite-native"]);
	});

	it("refuses a second factory for one name", () => {
		expect(() => registry.register("duckdb")).toThrow(
			expect.objectContaining({ code: registry.duplicate, details: { name: "duckdb" } }),
		);
	});

	it.each(["", "SQLite", "1db", "my db", "db:", "db/", "dß"])("refuses %j as a scheme", (name) => {
		expect(() => registry.register(name)).toThrow(TypeError);
	});

	it("names the nearest scheme and all that are known", async () => {
		await expect(registry.open("sqlite-nativ://app.db")).rejects.toMatchObject({
			code: registry.unknown,
			message: expect.stringMatching(/did you mean "sqlite-native"\? \(known are duckdb, sqlite-native; /),
			details: { scheme: "sqlite-nativ", known: ["duckdb", "sqlite-native"] },
		});
	});

	it("names no nearest scheme when none is near, and no more of the URL than its scheme", async () => {
		await expect(registry.open("postgres://me:secret@host/db")).rejects.toMatchObject({
			message: expect.not.stringMatching(/did you mean|secret/),
		});
	});

	it.each([
		["", "is empty"],
		["app.db", "has no scheme"],
		["://app.db", "has no scheme"],
		["host=db password=secret options=-c:x", "has no scheme; write it as scheme://..."],
	])("refuses the URL %j", async (url, reason) => {
		await expect(registry.open(url)).rejects.toMatchObject({
			code: "ERR_INVALID_URL",
			message: expect.stringContaining(`the ${registry.kind === "driver" ? "database" : "source"} URL ${reason}`),
		});
	});
});

/** Registered first by each of the suites above, in another order than that of the alphabet. */
const FIRST = "sqlite-native";

describe.each([
	["database", openDriver],
	["source", openSource],
])("the %s URL", (kind, open) => {
	it("that begins with ~ is answered with no URL of a folder that is called so", async () => {
		await expect(open("~/app.db")).rejects.toMatchObject({
			code: "ERR_INVALID_URL",
			message: `the ${kind} URL has no scheme, and ~ stands for your home folder in a shell alone, where no quotes are around it; write ${FIRST}:// and the whole path`,
		});
	});

	it.each([
		["app.db", `for the path app.db write ${FIRST}://app.db`],
		["./app.db", `for the path ./app.db write ${FIRST}://./app.db`],
		["migrations", `for the path migrations write ${FIRST}://migrations`],
		["/var/my data/app.db", `for the path /var/my data/app.db write ${FIRST}:///var/my data/app.db`],
		["C:\\data\\app.db", `for the path C:\\data\\app.db write ${FIRST}://C:/data/app.db`],
		["c:/data/app.db", `for the path c:/data/app.db write ${FIRST}://c:/data/app.db`],
		[
			"app.db?x-token=secret",
			`for the path app.db write ${FIRST}://app.db?..., or %3F in place of the ? where it belongs to the path`,
		],
	])("that is the path %j is answered with the URL to write", async (path, answer) => {
		await expect(open(path)).rejects.toMatchObject({
			code: "ERR_INVALID_URL",
			message: `the ${kind} URL has no scheme; ${answer}`,
			details: { path: path.replace(/\?.*/, "") },
		});
	});

	it("that is :memory: is answered with the URL of a database in memory", async () => {
		const message =
			kind === "database"
				? `the database URL has no scheme; for a database in memory write ${FIRST}://:memory:`
				: "the source URL has no scheme; write it as scheme://...";
		await expect(open(":memory:")).rejects.toMatchObject({ code: "ERR_INVALID_URL", message });
	});

	it.each([
		"me@host/secret",
		"host=db password=secret",
		"me/secret@//host:1521/x",
		"Server=db;Pwd=secret",
		"C:/a:secret",
	])("that may hold a password, as %j, is not shown", async (url) => {
		await expect(open(url)).rejects.toMatchObject({
			message: `the ${kind} URL has no scheme; write it as scheme://...`,
			details: expect.not.objectContaining({ path: expect.anything() }),
		});
	});

	it.each([
		["sqlite-native://app.db\r", 'has the control character "\\r" at its end; '],
		["sqlite-native://app.db\n", 'has the control character "\\n" at its end; '],
		["sqlite-native://a\tb", 'has the control character "\\t" at character 18; '],
		["\u0000app.db", 'has the control character "\\u0000" at character 1; '],
		["app.db\u007f?x", 'has the control character "\\u007f" at character 7; '],
		["app\u009b.db", 'has the control character "\\u009b" at character 4; '],
	])("%j is refused, with the character as one can read it", async (url, reason) => {
		const opened = urls.length;
		await expect(open(url)).rejects.toMatchObject({
			code: "ERR_INVALID_URL",
			message: expect.stringContaining(`the ${kind} URL ${reason}`),
		});
		expect(urls).toHaveLength(opened);
	});
});

describe("openDriver", () => {
	it.each([
		["file:app.db", `${FIRST}://app.db`],
		["file://./app.db", `${FIRST}://./app.db`],
		["FILE:///var/app.db", `${FIRST}:///var/app.db`],
		["file://localhost/var/app.db", `${FIRST}:///var/app.db`],
	])("answers %s with the URL of a database in a file", async (url, instead) => {
		await expect(openDriver(url)).rejects.toMatchObject({
			code: "ERR_UNKNOWN_DRIVER",
			message: `no driver for the scheme "file"; for a database in a file write ${instead}`,
		});
	});

	it("does not show what stands behind file: when it may be a password", async () => {
		await expect(openDriver("file://me:secret@host/app.db")).rejects.toMatchObject({
			message: expect.not.stringContaining("secret"),
		});
	});

	it("opens a URL whose registered scheme is one letter, though a Windows path begins so", async () => {
		register("q", { open: async () => recordingDriver() });
		await (await openDriver("q:/app.db")).close();
	});
});

describe("breakLocks", () => {
	it("asks the driver of the scheme, and answers how many locks were cleared", async () => {
		const asked: string[] = [];
		register("locking", {
			open: async () => recordingDriver(),
			breakLocks: async (url, confirm) => ((await confirm(`somebody at ${url}`)) ? 1 : 0),
		});
		const confirm = async (holder: string): Promise<boolean> => {
			asked.push(holder);
			return asked.length === 1;
		};
		expect(await breakLocks("locking://app.db", confirm)).toBe(1);
		expect(await breakLocks("locking://app.db", confirm)).toBe(0);
		expect(asked[0]).toBe("somebody at locking://app.db");
	});

	it("says so when the driver has no such locks, or there is no such driver", async () => {
		register("lockless", { open: async () => recordingDriver() });
		const confirm = async (): Promise<boolean> => true;
		await expect(breakLocks("lockless://app.db", confirm)).rejects.toMatchObject({
			code: "ERR_UNSUPPORTED",
			details: { capability: "breakLocks" },
		});
		await expect(breakLocks("lock://app.db", confirm)).rejects.toMatchObject({ code: "ERR_UNKNOWN_DRIVER" });
	});
});

describe("absoluteDatabaseUrl and absoluteSourceUrl", () => {
	it("ask the driver or the source of the scheme, and leave the URL alone when it has no paths", async () => {
		const absoluteUrl = async (url: string, folder: string): Promise<string> => `${url} from ${folder}`;
		register("paths", { open: async () => recordingDriver(), absoluteUrl });
		registerSource("paths", { open: async () => memorySource({}), absoluteUrl });
		register("server", { open: async () => recordingDriver() });
		registerSource("server", { open: async () => memorySource({}) });
		for (const absolute of [absoluteDatabaseUrl, absoluteSourceUrl]) {
			expect(await absolute("paths://a", "/b")).toBe("paths://a from /b");
			expect(await absolute("server://a", "/b")).toBe("server://a");
		}
		await expect(absoluteDatabaseUrl("none://a", "/b")).rejects.toMatchObject({ code: "ERR_UNKNOWN_DRIVER" });
		await expect(absoluteSourceUrl("none://a", "/b")).rejects.toMatchObject({ code: "ERR_UNKNOWN_SOURCE" });
	});
});

describe("isSameDatabase", () => {
	it("is what the drivers say", async () => {
		const identityOf = async (url: string): Promise<string> => url.slice(url.indexOf(":")).toLowerCase();
		for (const scheme of ["known", "alias"]) register(scheme, { open: async () => recordingDriver(), identityOf });
		expect(await isSameDatabase("known://a", "alias://A")).toBe(true);
		expect(await isSameDatabase("known://a", "alias://b")).toBe(false);
		await expect(isSameDatabase("known://a", "unknown://a")).rejects.toMatchObject({ code: "ERR_UNKNOWN_DRIVER" });
	});

	it("is true for two that have one of several places in common", async () => {
		register("many", { open: async () => recordingDriver(), identityOf: async (url) => url.slice(7).split(",") });
		expect(await isSameDatabase("many://a,b", "many://b")).toBe(true);
		expect(await isSameDatabase("many://c", "many://b,c,d")).toBe(true);
		expect(await isSameDatabase("many://a,b", "many://c,d")).toBe(false);
	});

	it("leaves user, password and options out for a driver that does not say", async () => {
		register("plain", { open: async () => recordingDriver() });
		for (const same of ["PLAIN://ann:p@ss@H:1/app?x=1", "plain:h:1/app?y", "plain://bob@h:1/app?x=@"]) {
			expect(await isSameDatabase("plain://h:1/app", same), same).toBe(true);
		}
		for (const other of ["plain://h:2/app", "plain://h:1/App", "plain://h:1/app/b", "plain://i:1/app"]) {
			expect(await isSameDatabase("plain://h:1/app", other), other).toBe(false);
		}
	});
});

/** Last, since a path is an error until something is registered that takes it. */
describe.each([
	["database", databaseUrl, openDriver],
	["source", sourceUrl, openSource],
] as const)("a path in place of a %s URL", (kind, urlOf, open) => {
	const file = new URL("./a%20b%25.db?x-token=1", "file:///var/data/");

	it("stays as it is where nothing takes paths", () => {
		expect(urlOf("./app.db")).toBe("./app.db");
		expect(urlOf(file)).toBe(file.href);
	});

	it("goes to what takes paths and was registered first", async () => {
		for (const name of ["disk", "later"]) {
			const open = async (url: string): Promise<never> => {
				throw new Error(`${name} was given ${url}`);
			};
			if (kind === "database") register(name, { open, takesPaths: true });
			else registerSource(name, { open, takesPaths: true });
		}
		await expect(open("./app.db")).rejects.toThrow("disk was given disk://./app.db");
		await expect(open(file)).rejects.toThrow("disk was given disk:///var/data/a%20b%25.db?x-token=1");
	});

	it.each([
		["./app.db", "disk://./app.db"],
		["../data/app.db", "disk://../data/app.db"],
		[".", "disk://."],
		["..", "disk://.."],
		["/var/my data/app.db", "disk:///var/my data/app.db"],
		["./100%.db", "disk://./100%25.db"],
		["/home/me@work/a:b=c;d/app.db", "disk:///home/me@work/a:b=c;d/app.db"],
		["C:\\data\\app.db", "disk://C:/data/app.db"],
		["c:/data/app.db", "disk://c:/data/app.db"],
		[".\\data\\app.db", "disk://./data/app.db"],
		["\\\\server\\share\\app.db", "disk:////server/share/app.db"],
		["./a\\b.db", "disk://./a\\b.db"],
	])("%j is literal", (path, url) => {
		expect(urlOf(path)).toBe(url);
	});

	it.each(["", "app.db", "...", ".env", "~/app.db", "//me:secret@host/db", "./app.db?x-token=1", "disk://app.db"])(
		"%j is none, and stays as it is",
		(text) => {
			expect(urlOf(text)).toBe(text);
		},
	);

	it("is told as a URL to write when it does not begin as one, or has options", async () => {
		await expect(open("app.db")).rejects.toMatchObject({
			code: "ERR_INVALID_URL",
			message: `the ${kind} URL has no scheme; for the path app.db write ${FIRST}://app.db`,
		});
		await expect(open("./app.db?x-token=secret")).rejects.toMatchObject({
			message: `the ${kind} URL has no scheme; for the path ./app.db write ${FIRST}://./app.db?..., or %3F in place of the ? where it belongs to the path`,
		});
	});

	it("may be a URL object of any scheme, also of another realm", () => {
		expect(urlOf(new URL("disk://app.db?x=1"))).toBe("disk://app.db?x=1");
		expect(urlOf({ href: "file:///app.db" } as URL)).toBe("disk:///app.db");
	});

	it.each([undefined, null, 5, {}, [], true])("is a TypeError when it is %j, without the value", async (value) => {
		await expect(open(value as unknown as string)).rejects.toThrow(TypeError);
		await expect(open(value as unknown as string)).rejects.toThrow(
			new RegExp(`^the ${kind} must be a URL or a path, not (undefined|null|number|object|an array|boolean)$`),
		);
	});

	it("leaves a file: URL to what is registered for file:", () => {
		if (kind === "database") register("file", { open: async () => recordingDriver() });
		else registerSource("file", { open: async () => memorySource({}) });
		expect(urlOf(file)).toBe(file.href);
	});
});
