/** Shows a size with at most one decimal: `180.4 MB`. */
export function byteSize(bytes: number): string {
	if (bytes < 1e3) return `${bytes} bytes`;
	if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
	return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
