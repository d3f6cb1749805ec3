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

/** Whether a sample has an error, a failed gate or a check that scores below 0.5. */
export const isFailed = ({ error, gates, scores }: Sample): boolean =>
  error !== undefined ||
  Object.values(gates).some(({ passed }) => !passed) ||
  Object.values(scores).some(({ score }) => score < 0.5);

/** Describes the problems of a sample. */
export function problemsOf({ error, gates, scores }: Sample): readonly string[] {
  if (error !== undefined) return [`${error.kind}: ${error.message}`];
  const reasonOf = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);
  return [
    ...Object.entries(gates)
      .filter(([, { passed }]) => !passed)
      .map(([name, { reason }]) => `gate ${name} failed${reasonOf(reason)}`),
    ...Object.entries(scores)
      .filter(([, { score }]) => score < 0.5)
      .map(([name, { score, reason }]) => `${name} ${Number(score.toFixed(3))}${reasonOf(reason)}`),
  ];
}
