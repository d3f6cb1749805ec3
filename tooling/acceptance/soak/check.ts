/** Line of the report. `isGood` is `undefined` for a value without a limit. */
export interface Check {
  readonly what: string;
  readonly found: string;
  readonly isGood: boolean | undefined;
}

/** Returns a line for a value with a limit. */
export const check = (what: string, isGood: boolean, found: string): Check => ({ what, found, isGood });

/** Returns a line for a value without a limit. */
export const fact = (what: string, found: string): Check => ({ what, found, isGood: undefined });

/** Prints the report and returns the exit code. */
export function printed(title: string, checks: readonly Check[]): boolean {
  console.log(`\n${title}`);
  for (const { what, found, isGood } of checks) {
    const mark = isGood === undefined ? '    ' : isGood ? 'ok  ' : 'MISS';
    console.log(`  ${mark} ${what}: ${found}`);
  }
  return checks.every(({ isGood }) => isGood !== false);
}
