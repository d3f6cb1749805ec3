/** Levels of JSON that anything here looks at: below it recursion is safe in every runtime. */
export const MOST_LEVELS: number = 500;

/** A text this short cannot be nested too deep: each level takes two brackets. */
export const SHALLOW_LENGTH: number = MOST_LEVELS * 2;

/** Is the value nested more than `MOST_LEVELS` deep? One that holds itself is. */
export function isTooDeep(value: unknown): boolean {
  const values: unknown[] = [value];
  const levels: number[] = [0];
  for (;;) {
    const next = values.pop();
    const level = levels.pop();
    if (level === undefined) return false;
    if (typeof next !== 'object' || next === null) continue;
    if (level === MOST_LEVELS) return true;
    for (const member of Object.values(next)) {
      if (typeof member !== 'object' || member === null) continue;
      values.push(member);
      levels.push(level + 1);
    }
  }
}
