import { readFileSync, writeFileSync } from 'node:fs';

/** Returns the lines of a table in Markdown. */
export const tableOf = (head, rows) => [
  `| ${head.join(' | ')} |`,
  `|${'---|'.repeat(head.length)}`,
  ...rows.map((cells) => `| ${cells.join(' | ')} |`),
];

/** Replaces the lines between two marks of a page. Throws if a mark is missing. */
export function writeBetween({ page, begin, end }, lines) {
  const before = readFileSync(page, 'utf8');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from === -1 || to < from)
    throw new Error(`${page}: the marks ${begin} and ${end} are missing; add them`);
  writeFileSync(page, `${before.slice(0, from)}${begin}\n\n${lines.join('\n')}\n\n${before.slice(to)}`);
}
