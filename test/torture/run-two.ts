/** Does a piece of work for each item, two at a time. The results are in the order of the items. */
export async function runTwo<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
	const results: R[] = [];
	const queue = items.entries();
	const worker = async (): Promise<void> => {
		for (const [index, item] of queue) results[index] = await work(item);
	};
	await Promise.all([worker(), worker()]);
	return results;
}
