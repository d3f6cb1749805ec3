import { formatUsd } from '@majordomo/catalog';
import type { Sample } from '../evaluation.ts';

/** Control characters, and characters that change the direction or the position of text. */
const CONTROLS = /[\p{Cc}\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]+/gu;
const LONE_SURROGATES = /\p{Cs}/gu;

/** Returns text on one line without control characters, at most `length` characters. */
export function plainLine(text: string, length = 300): string {
  const line = text.replaceAll(CONTROLS, ' ');
  const cut = line.length > length ? `${line.slice(0, length - 1)}…` : line;
  return cut.replaceAll(LONE_SURROGATES, '\uFFFD');
}

/** Returns text without control characters other than line feeds, at most `length` characters. */
export function plainLines(text: string, length: number): string {
  const lines = text.slice(0, length).split(/\r\n|\r|\n/);
  return lines.map((line) => plainLine(line, length)).join('\n') + (text.length > length ? '…' : '');
}

/** Characters that XML 1.0 does not allow, also as a reference. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Returns text for the content and the attributes of XML and HTML. */
export const escaped = (text: string): string =>
  text.replaceAll(NOT_XML, '\uFFFD').replaceAll(/[&<>"]/g, (char) => ENTITIES[char] ?? char);

/** Describes the problems of a sample. */
export function problemsOf({ error, gates, scores }: Sample): readonly string[] {
  if (error !== undefined) return [`${error.kind}: ${error.message}`];
  return resultsOf(
    Object.entries(gates).filter(([, { passed }]) => !passed),
    Object.entries(scores).filter(([, { score }]) => score < 0.5),
  );
}

function resultsOf(
  gates: readonly (readonly [string, Sample['gates'][string]])[],
  scores: readonly (readonly [string, Sample['scores'][string]])[],
): readonly string[] {
  const because = (reason = ''): string => (reason === '' ? '' : `: ${reason}`);
  return [
    ...gates.map(
      ([name, { passed, reason }]) => `gate ${name} ${passed ? 'passed' : 'failed'}${because(reason)}`,
    ),
    ...scores.map(([name, { score, reason }]) => `${name} ${Number(score.toFixed(3))}${because(reason)}`),
  ];
}

/** Returns the members of a sample as titles with their text, without empty ones. */
export function membersOf(sample: Sample): readonly (readonly [title: string, text: string])[] {
  const { error, gates, scores, input, text, toolCalls, nanoUsd, ms, targets } = sample;
  const results = [
    ...(error === undefined ? [] : [`${error.kind}: ${error.message}`]),
    ...resultsOf(Object.entries(gates), Object.entries(scores)),
  ];
  const cost = nanoUsd === undefined ? 'unknown cost' : formatUsd(BigInt(nanoUsd));
  const members: readonly (readonly [string, string])[] = [
    ['Results', results.join('\n')],
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
