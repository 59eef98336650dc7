/** Sets a sink that prints what it hears and fails. */
import { setTraceSink } from "@godwit/core";

setTraceSink((namespace, format) => {
	console.log(namespace, format);
	throw new Error("the log is full");
});
