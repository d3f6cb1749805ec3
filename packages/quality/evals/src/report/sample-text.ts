import { formatUsd } from '@majordomo/catalog';
import type { Sample } from '../definition/types.ts';
import { plainLines } from './plain-text.ts';

/** Describes the results of a sample. With `onlyProblems`, returns the error, or otherwise the failed gates and the scores below 0.5. */
function resultsOf({ error, gates, scores }: Sample, onlyProblems: boolean): readonly string[] {
  const because = (reason = ''): string => (reason === '' ? '' : `: ${reason}`);
  const errors = error === undefined ? [] : [`${error.kind}: ${error.message}`];
  if (onlyProblems && error !== undefined) return errors;
  return [
    ...errors,
    ...Object.entries(gates)
      .filter(([, { passed }]) => !onlyProblems || !passed)
      .map(([name, { passed, reason }]) => `gate ${name} ${passed ? 'passed' : 'failed'}${because(reason)}`),
    ...Object.entries(scores)
      .filter(([, { score }]) => !onlyProblems || score < 0.5)
      .map(([name, { score, reason }]) => `${name} ${Number(score.toFixed(3))}${because(reason)}`),
  ];
}

/** Describes the problems of a sample. */
export const problemsOf = (sample: Sample): readonly string[] => resultsOf(sample, true);

/** Returns the members of a sample as titles with their text. Omits empty members. */
export function membersOf(sample: Sample): readonly (readonly [title: string, text: string])[] {
  const { input, text, toolCalls, nanoUsd, ms, targets } = sample;
  const cost = nanoUsd === undefined ? 'unknown cost' : formatUsd(BigInt(nanoUsd));
  const members: readonly (readonly [string, string])[] = [
    ['Results', resultsOf(sample, false).join('\n')],
    ['Input', input],
    ['Tool calls', toolCalls.map(({ name, args }) => `${name} ${JSON.stringify(args)}`).join('\n')],
    ['Output', text],
    ['Cost, time and targets', [cost, `${Math.round(ms)} ms`, ...new Set(targets)].join(', ')],
  ];
  return members.filter(([, content]) => content !== '');
}

/** Renders one sample for a terminal: results with their reasons, input, tool calls, output, cost, time and targets. */
export const toText = (sample: Sample): string =>
  [[`${sample.case}#${sample.trial}`], ...membersOf(sample)]
    .map(([title = '', text = '']) =>
      plainLines(`${title}\n${text}`.trimEnd(), Infinity).replaceAll('\n', '\n  '),
    )
    .join('\n');
