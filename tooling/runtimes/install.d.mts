/** Runs npm in a folder. Returns the problem, if any. */
export function npm(args: readonly string[], cwd: string): string | undefined;
