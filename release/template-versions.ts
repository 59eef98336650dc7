/** Writes the version of the packages into the template of a driver, which depends on them: a part of `pnpm set-versions`. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const packages = resolve(import.meta.dirname, "../packages");
const template = resolve(packages, "create-driver/template/manifest.json");
const { version } = JSON.parse(readFileSync(resolve(packages, "core/package.json"), "utf8"));
const text = readFileSync(template, "utf8");
writeFileSync(template, text.replaceAll(/("@godwit\/[a-z-]+": )"[^"]+"/g, `$1"^${version}"`));
