import { formatUsd } from '@majordomo/catalog';
import type { LimitState } from '@majordomo/ledger';
import { bar } from '../terminal/bar.ts';
import { openLedgerFile } from '../ledger/open-ledger.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Io, Output } from '../program/io.ts';
import { painter, printable } from '../terminal/paint.ts';
import { writeJson } from '../terminal/write-json.ts';
import { inTime, isoTime } from './in-time.ts';

/** Implements `majordomo limits`. Prints the amounts of each limit, its next reset, and the time at which it will be used up. */
export async function limits({ json }: { readonly json?: true }, io: Io): Promise<ExitCode> {
  const settings = await loadSettings(io);
  if ((settings.ledger?.limits ?? []).length === 0) {
    throw new Stop(
      'no limits are configured; add one to majordomo.config: ledger: { limits: [{ name: "day", max: { usd: "5.00" }, per: "day" }] }',
    );
  }
  await using books = await openLedgerFile(settings, io, 'majordomo limits');
  const states = await books.ledger.state();
  if (json === true) writeJson(io.stdout, states.map(inJson));
  else for (const state of states) io.stdout.write(shown(state, new Date(), io.stdout));
  if (json !== true && states.length === 0) io.stdout.write('No call has counted toward a limit yet.\n');
  return EXIT.ok;
}

const CELLS = 20;
/** Used share of a limit from which its bar is yellow. */
const NEARLY = 0.8;

function shown(state: LimitState, now: Date, output: Output): string {
  const { limit, key, used, held, left, resetsAt, emptyAt } = state;
  const paint = painter(output);
  // The maximum of the limit: `left` is negative by the amount that exceeds it.
  const most = used + held + left;
  const share = Number(used + held) / Number(most);
  const limitAmounts = amounts(limit);
  const style = share >= 1 ? 'red' : share >= NEARLY ? 'yellow' : 'green';
  const gauge = output.isTerminal ? `${paint(style, bar(share, CELLS).padEnd(CELLS, '·'))}  ` : '';
  const facts = [
    ...(held > 0n ? [`${limitAmounts(held)} reserved`] : []),
    left < 0n ? `${limitAmounts(-left)} over` : `${limitAmounts(left)} left`,
    resetsAt === undefined ? 'never resets' : `resets ${inTime(new Date(resetsAt), now)}`,
    ...(emptyAt === undefined ? [] : [`at this rate empty ${inTime(new Date(emptyAt), now)}`]),
  ];
  const whose = key === '' ? '' : `  ${printable(key)}`;
  const name = `${paint('bold', printable(limit.name))}${whose}`;
  const rest = wrapText(
    `  ${limitAmounts(used)} of ${limitAmounts(most)}${unitOf(limit)} used, ${facts.join(', ')}`,
    output.columns,
    2,
  );
  return `${gauge}${name}\n${rest}\n`;
}

function amounts({ max }: LimitState['limit']): (amount: bigint) => string {
  return 'usd' in max ? (amount) => formatUsd(amount) : (amount) => amount.toLocaleString('en');
}

const unitOf = ({ max }: LimitState['limit']): string =>
  'usd' in max ? '' : 'tokens' in max ? ' tokens' : ' requests';

/** Converts the state of a limit to JSON: amounts as decimal strings, times in ISO format. */
const inJson = ({ limit, key, used, held, left, resetsAt, emptyAt }: LimitState): object => ({
  limit,
  key,
  used: String(used),
  held: String(held),
  left: String(left),
  resetsAt: isoTime(resetsAt),
  emptyAt: isoTime(emptyAt),
});
