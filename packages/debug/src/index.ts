/**
 * Sends the traces of godwit to the `debug` package, as soon as this module is loaded and when the environment variable
 * DEBUG is set: `DEBUG=godwit:*` prints all of them. Without DEBUG it does nothing, and `debug` is not loaded. A bundled app need not
 * have it: where it is not installed, the process is warned.
 *
 * A sink that was set before stays. To choose at run time, call `setTraceSink` of `@godwit/core` instead.
 *
 * @module
 */
import { setTraceSink, traceSink } from "@godwit/core";
import { debugSink } from "./debug-sink.ts";

if (process.env.DEBUG && traceSink() === undefined) setTraceSink(debugSink());
