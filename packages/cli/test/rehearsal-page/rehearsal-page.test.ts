import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { RehearsalReport } from "@godwit/core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { rehearsalPage } from "../../src/output/rehearsal-page/page.ts";
import { launchChromium } from "./chromium.ts";
import { ODD_NAMES, oddNamesRehearsal } from "./odd-names-rehearsal.ts";

const DATABASE = "sqlite-node://</title><script>document.title='owned'</script>.db";

/** Texts of the page with less contrast than level AA asks for; runs in the browser. */
const FAINT_TEXTS = `(${readFileSync(new URL("faint-texts.js", import.meta.url), "utf8").replace(/;\s*$/, "")})()`;

let browser: Browser;
let folder: string;
let file: string;
let report: RehearsalReport;

beforeAll(async () => {
	[browser, report, folder] = await Promise.all([
		launchChromium(),
		oddNamesRehearsal(),
		mkdtemp(join(tmpdir(), "godwit-page-")),
	]);
	file = join(folder, "page.html");
	writeFileSync(file, rehearsalPage(report, DATABASE));
});

afterAll(async () => {
	await browser.close();
	await rm(folder, { recursive: true });
});

interface Opened {
	readonly page: Page;
	/** What it asked for, besides itself. */
	readonly requests: readonly string[];
	/** What the browser said, as of a violated policy. */
	readonly messages: readonly string[];
}

async function open(width: number, colorScheme: "light" | "dark"): Promise<Opened> {
	const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
	onTestFinished(() => context.close());
	const page = await context.newPage();
	const [requests, messages]: [string[], string[]] = [[], []];
	const url = pathToFileURL(file).href;
	page.on("request", (request) => {
		if (request.url() !== url) requests.push(request.url());
	});
	page.on("console", (message) => messages.push(message.text()));
	page.on("pageerror", (error) => messages.push(error.message));
	await page.goto(url);
	return { page, requests, messages };
}

describe.each([390, 1280])("the page of a rehearsal, %i pixels wide", (width) => {
	it.each(["light", "dark"] as const)(
		"asks for nothing, runs nothing and does not scroll sideways in the %s",
		async (scheme) => {
			const { page, requests, messages } = await open(width, scheme);
			expect({ requests, messages }).toEqual({ requests: [], messages: [] });
			const found = await page.evaluate(`({
				active: document.querySelectorAll("script, img, a, iframe, link, form, [onerror]").length,
				title: document.title,
				sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
			})`);
			expect(found).toEqual({ active: 0, title: `Not clean: rehearsal of ${DATABASE}`, sideways: 0 });
		},
	);

	it.each(["light", "dark"] as const)("has enough contrast in the %s", async (scheme) => {
		const { page } = await open(width, scheme);
		expect(await page.evaluate(FAINT_TEXTS)).toEqual([]);
		const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
		expect(background).toBe(scheme === "light" ? "rgb(255, 255, 255)" : "rgb(20, 23, 26)");
	});

	it("has a verdict that is read from across the room", async () => {
		const { page } = await open(width, "light");
		const heading = page.getByRole("heading", { level: 1, name: "Not clean" });
		const size = await page.evaluate(`Number.parseFloat(getComputedStyle(document.querySelector("h1")).fontSize)`);
		expect(size).toBeGreaterThanOrEqual(42);
		expect((await heading.boundingBox())?.y).toBeLessThan(100);
	});
});

describe("the page of a rehearsal", () => {
	it("shows every name as it is", async () => {
		const { page } = await open(1280, "light");
		const names = await page.locator("section[aria-labelledby=rows] th[scope=row] bdi:first-child").allTextContents();
		const shown = ODD_NAMES.map((name) => name.replaceAll("\u202e", "\\u202e"));
		expect(names).toEqual(expect.arrayContaining(shown));
		await expect(page.getByText('<b>bold & "quoted"<b>').first().isVisible()).resolves.toBe(true);
	});

	it("tells a screen reader what its tables and its picture are", async () => {
		const { page } = await open(1280, "light");
		const tables = page.getByRole("table");
		expect(await tables.count()).toBe(2);
		for (const table of await tables.all()) {
			expect(await table.locator("caption").textContent()).not.toBe("");
			expect(await table.locator("th:not([scope])").count()).toBe(0);
		}
		const picture = page.getByRole("img", { name: "Tables that change, and what refers to them" });
		expect(await picture.locator("desc").textContent()).toContain(`quiet refers to ${ODD_NAMES[0]}.`);
		const levels = await page.evaluate<string[]>(
			`[...document.querySelectorAll("h1, h2, h3")].map(({ tagName }) => tagName)`,
		);
		expect(levels).toEqual(["H1", ...Array.from({ length: levels.length - 1 }, () => "H2")]);
		expect(await page.locator(".scroll:not([tabindex='0'][role=region][aria-labelledby])").count()).toBe(0);
	});

	it("lets no style in but its own", async () => {
		const text = rehearsalPage(report, DATABASE);
		const other = join(folder, "other.html");
		writeFileSync(other, text.replace("<body>", "<body><style>body { color: rgb(1, 2, 3) }</style>"));
		const page = await browser.newPage();
		onTestFinished(() => page.close());
		await page.goto(pathToFileURL(other).href);
		expect(await page.evaluate("getComputedStyle(document.body).color")).not.toBe("rgb(1, 2, 3)");
	});

	it("is clean, and says so, when there is nothing to run", async () => {
		const nothing = { ...report, clean: true, migrations: [], findings: [], rows: undefined, down: undefined };
		writeFileSync(join(folder, "clean.html"), rehearsalPage(nothing, "sqlite://app.db"));
		const page = await browser.newPage();
		onTestFinished(() => page.close());
		await page.goto(pathToFileURL(join(folder, "clean.html")).href);
		await expect(page.getByRole("heading", { level: 1, name: "Clean" }).isVisible()).resolves.toBe(true);
	});
});
