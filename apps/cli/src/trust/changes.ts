const CONTEXT = 3;

/** Returns the lines from the first to the last difference, marked with `-` and `+`, and up to three lines around them. */
export function changes(before: string, after: string): string {
  const old = before.trimEnd().split('\n');
  const now = after.trimEnd().split('\n');
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  if (head === old.length && head === now.length) return '  (no differences)';
  const behind = now.length - tail;
  return [
    ...now.slice(Math.max(0, head - CONTEXT), head).map((line) => `  ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `- ${line}`),
    ...now.slice(head, behind).map((line) => `+ ${line}`),
    ...now.slice(behind, behind + CONTEXT).map((line) => `  ${line}`),
  ].join('\n');
}
