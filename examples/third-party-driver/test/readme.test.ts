import { describe, expect, it } from "vitest";
import { runReadme } from "../../run-readme.ts";

describe("README.md", () => {
	it("shows commands that work", async () => {
		const [sqlite, up, down, ...others] = await runReadme(new URL("../", import.meta.url));
		expect(others).toEqual([]);
		expect(sqlite).toMatchObject({ status: 0 });
		expect(sqlite?.stdout).toMatch(/^1 up create_knowledge_base_table\n.*version 18\n$/s);
		const birds = "1 up create_birds\n2 up create_flights\n3 up correct_ring\nversion 3\n";
		expect(up).toMatchObject({ status: 0, stdout: birds, stderr: "" });
		expect(down).toMatchObject({ status: 0, stdout: "3 down correct_ring\nversion 2\n", stderr: "" });
	});
});
