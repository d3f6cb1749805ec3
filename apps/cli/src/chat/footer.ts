import type { Attempt, ChatResponse } from '@majordomo/core';
import { printable, type Paint } from '../paint.ts';

/** Who answered, and why it was not somebody else. */
export function footer(response: ChatResponse, ms: number, paint: Paint): string {
  const { target, usage, finish, warnings, attempts } = response;
  const tokens = usage === undefined ? [] : [`${usage.input ?? '?'} in, ${usage.output ?? '?'} out`];
  const ended = finish === 'stop' || finish === 'tool-calls' ? [] : [`ended by ${finish}`];
  const head = [target, ...tokens, `${(ms / 1000).toFixed(1)} s`, ...ended].join(' · ');
  const lines = [
    head,
    ...attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'skipped').map(told),
    ...warnings.map(({ action, what, why }) => `  ${action} ${what}: ${why}`),
  ];
  return `${lines.map((line) => paint('dim', printable(line))).join('\n')}\n`;
}

function told({ target, outcome, error }: Attempt): string {
  const status = error?.details.status;
  const why = `${error?.kind ?? 'no reason given'}${status === undefined ? '' : ` (${status})`}`;
  return `  ${target} ${outcome === 'skipped' ? 'skipped' : 'failed'}: ${why}`;
}
