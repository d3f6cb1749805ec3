import { formatUsd } from '@majordomo/catalog';
import { table } from '../matrix/table.ts';
import { CHAT_CASE_NAMES, type ChatCaseName, type ChatOutcome, type ChatVendor } from './chat.ts';

/** Page with the last results for each vendor, relative to the root of the repository. */
export const CHAT_PAGE = 'apps/docs/live.md';

const HEAD = `# Live checks

<!-- Written by \`pnpm live chat\`; do not edit. -->

A live check calls the real API of a vendor with a key. This page lists the last check of each vendor: the date, the model, the result
of each case, and the cost. ✓ is a case that passed, ✗ is a case that failed, and – is a case that the model cannot pass.
[Conformance](conformance.md) lists the checks against servers on 127.0.0.1 and recorded traffic, which need no key.

\`pnpm live chat\` of a checkout checks each vendor whose key is in the environment, with about eight calls and a cent for each vendor,
and replaces its row. The reason of a failure is in the output of the command.
`;
const EMPTY = 'No vendor has been checked yet.';

/** Returns the page with a row for the vendor, which replaces its earlier row. */
export function withChatRow(
  page: string,
  { name, model }: ChatVendor,
  outcomes: ReadonlyMap<ChatCaseName, ChatOutcome>,
  date: Date,
): string {
  const cells = CHAT_CASE_NAMES.map((each) => {
    const outcome = outcomes.get(each);
    if (outcome === undefined) return '–';
    return outcome.problem === undefined ? '✓' : '✗';
  });
  const costs = [...outcomes.values()].map(({ nanoUsd }) => nanoUsd);
  const cost = costs.includes(undefined)
    ? 'unknown'
    : formatUsd(costs.reduce<bigint>((sum, each) => sum + (each ?? 0n), 0n));
  const row = [name, `\`${model}\``, date.toISOString().slice(0, 10), ...cells, cost];
  const others = rowsOf(page).filter(([vendor]) => vendor !== name);
  return pageOf([...others, row].sort(([one = ''], [other = '']) => one.localeCompare(other)));
}

/** Returns the page with these rows, by default the page before the first check. */
export function pageOf(rows: readonly (readonly string[])[] = []): string {
  const head = ['vendor', 'model', 'date', ...CHAT_CASE_NAMES, 'cost'];
  return `${HEAD}\n${rows.length === 0 ? EMPTY : table(head, rows)}\n`;
}

/** Returns the rows of a page, without the head of its table. */
export const rowsOf = (page: string): readonly (readonly string[])[] =>
  [...page.matchAll(/^\| (.+) \|$/gm)]
    .slice(2)
    .map(([, cells = '']) => cells.split('|').map((cell) => cell.trim()));
