/** One line of the report. `isGood` is `undefined` for what is only told. */
export interface Check {
  readonly what: string;
  readonly found: string;
  readonly isGood: boolean | undefined;
}

/** A limit that was kept or was not. */
export const check = (what: string, isGood: boolean, found: string): Check => ({ what, found, isGood });

/** What is worth knowing and has no limit. */
export const told = (what: string, found: string): Check => ({ what, found, isGood: undefined });

/** Prints the report and gives the exit code. */
export function printed(title: string, checks: readonly Check[]): boolean {
  console.log(`\n${title}`);
  for (const { what, found, isGood } of checks) {
    const mark = isGood === undefined ? '    ' : isGood ? 'ok  ' : 'MISS';
    console.log(`  ${mark} ${what}: ${found}`);
  }
  return checks.every(({ isGood }) => isGood !== false);
}
