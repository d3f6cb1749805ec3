/** Runs npm in a folder; what went wrong, if anything did. */
export function npm(args: readonly string[], cwd: string): string | undefined;
