/**
 * Finds the texts of the page with less contrast than WCAG's level AA asks for. Runs in the browser.
 *
 * @see https://www.w3.org/TR/WCAG22/#contrast-minimum
 */
() => {
	const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
	const luminance = (colour) => {
		const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
			const part = value / 255;
			return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
		});
		return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
	};
	const isClear = (colour) => channels(colour)[3] === 0 || colour === "none";
	const behind = (element) => {
		for (let at = element; at !== null; at = at.parentElement) {
			const box = at.tagName === "g" ? at.querySelector("rect") : null;
			const colour = box === null ? getComputedStyle(at).backgroundColor : getComputedStyle(box).fill;
			if (!isClear(colour)) return colour;
		}
		return "rgb(255, 255, 255)";
	};
	const found = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const element = walker.currentNode.parentElement;
		const text = walker.currentNode.textContent?.trim() ?? "";
		if (element === null || text === "" || element.getClientRects().length === 0) continue;
		const style = getComputedStyle(element);
		const [one, other] = [luminance(element.tagName === "text" ? style.fill : style.color), luminance(behind(element))];
		const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
		const isLarge = Number.parseFloat(style.fontSize) >= 24;
		if (ratio < (isLarge ? 3 : 4.5)) found.push({ text: text.slice(0, 40), ratio });
	}
	return found;
};
