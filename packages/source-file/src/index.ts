export { fileSource } from "./file-source.ts";
export { pathOfFileUrl } from "./path-of-file-url.ts";
