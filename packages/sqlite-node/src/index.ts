export { sqliteNode } from "./sqlite-node.ts";
