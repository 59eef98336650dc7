/** Sets a sink before anything else is loaded. */
import { setTraceSink } from "@godwit/core";

setTraceSink((namespace, format) => console.log(namespace, format));
