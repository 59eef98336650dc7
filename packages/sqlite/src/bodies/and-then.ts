/** Goes on with a value, at once unless it has to be waited for. */
export function andThen<T, R>(value: T | Promise<T>, next: (value: T) => R): R | Promise<R> {
	return value instanceof Promise ? value.then(next) : next(value);
}
