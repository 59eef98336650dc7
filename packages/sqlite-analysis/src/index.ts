export { analyse } from "./analyse.ts";
export { correctText } from "./correct/correct-text.ts";
