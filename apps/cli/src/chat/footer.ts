import type { Attempt, ChatResponse } from '@majordomo/core';
import { withCounts } from '../terminal/with-counts.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Io } from '../program/io.ts';
import { painter, printable } from '../terminal/paint.ts';
import { currentCatalog } from '../catalog/current-catalog.ts';

/** Prints the footer of a chat's response, with its tokens, its time, and an unusual finish reason. */
export async function footer(response: ChatResponse, ms: number, io: Io): Promise<void> {
  const { usage, finish } = response;
  const tokens = usage === undefined ? [] : [`${usage.input ?? '?'} in, ${usage.output ?? '?'} out`];
  const ended = finish === 'stop' || finish === 'tool-calls' ? [] : [`ended by ${finish}`];
  await printFooter(response, [...tokens, `${(ms / 1000).toFixed(1)} s`, ...ended], io);
}

/** Members that the responses of all operations have. */
export type AnsweredResponse = Pick<ChatResponse, 'target' | 'warnings' | 'attempts'>;

/** Prints the target, the cost if known, and `about` in one line. Then prints failed and skipped attempts, and the warnings. */
export async function printFooter(
  answered: AnsweredResponse,
  about: readonly string[],
  io: Io,
): Promise<void> {
  const { target, warnings, attempts } = answered;
  const output = io.stderr;
  const cost = await costIn(answered, io);
  const lines = [
    [target, ...(cost === undefined ? [] : [cost]), ...about].join(' · '),
    ...withCounts(
      attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'skipped').map(describeAttempt),
    ),
    ...warnings.map(({ action, what, why }) => `  ${action} ${what}: ${why}`),
  ];
  const paint = painter(output);
  for (const line of lines) output.write(`${paint('dim', wrapText(printable(line), output.columns, 4))}\n`);
}

function describeAttempt({ target, outcome, error }: Attempt): string {
  const status = error?.details.status;
  const why = `${error?.kind ?? 'no reason given'}${status === undefined ? '' : ` (${status})`}`;
  return `  ${target} ${outcome === 'skipped' ? 'skipped' : 'failed'}: ${why}`;
}

/** Returns the cost of all attempts, such as `$0.0042`, or `undefined` if a price is unknown or a subscription pays. */
async function costIn(response: Pick<ChatResponse, 'attempts'>, io: Io): Promise<string | undefined> {
  const { costOfResponse, formatUsd } = await import('@majordomo/catalog');
  const { nanoUsd } = await costOfResponse(response, { catalog: await currentCatalog(io) });
  return nanoUsd === undefined ? undefined : formatUsd(nanoUsd);
}
