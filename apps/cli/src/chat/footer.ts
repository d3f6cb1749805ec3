import type { Attempt, ChatResponse } from '@majordomo/core';
import { counted } from '../counted.ts';
import { folded } from '../fold.ts';
import type { Output } from '../io.ts';
import { painter, printable } from '../paint.ts';
import { costIn } from './cost.ts';

/** Says who answered, what it cost where that is known, and why it was not somebody else. */
export async function footer(response: ChatResponse, ms: number, output: Output): Promise<void> {
  const { target, usage, finish, warnings, attempts } = response;
  const tokens = usage === undefined ? [] : [`${usage.input ?? '?'} in, ${usage.output ?? '?'} out`];
  const cost = await costIn(response);
  const ended = finish === 'stop' || finish === 'tool-calls' ? [] : [`ended by ${finish}`];
  const lines = [
    [target, ...(cost === undefined ? [] : [cost]), ...tokens, `${(ms / 1000).toFixed(1)} s`, ...ended].join(
      ' · ',
    ),
    ...counted(attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'skipped').map(told)),
    ...warnings.map(({ action, what, why }) => `  ${action} ${what}: ${why}`),
  ];
  const paint = painter(output);
  for (const line of lines) output.write(`${paint('dim', folded(printable(line), output.columns, 4))}\n`);
}

function told({ target, outcome, error }: Attempt): string {
  const status = error?.details.status;
  const why = `${error?.kind ?? 'no reason given'}${status === undefined ? '' : ` (${status})`}`;
  return `  ${target} ${outcome === 'skipped' ? 'skipped' : 'failed'}: ${why}`;
}
