export { fileSource } from "./file-source.ts";
