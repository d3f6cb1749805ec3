import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutated, mutationsOf } from './mutations.ts';

/** File with one change. */
export interface Mutant {
  /** Path under the package's `src`. */
  readonly file: string;
  /** Complete text of the file. */
  readonly text: string;
  /** Line of the change, from 1. */
  readonly line: number;
  /** The lines that differ, before and after, without their indentation. */
  readonly before: string;
  readonly after: string;
}

/** Returns the mutants of sources whose path begins with `start`, such as `chain` or `chain/watch.ts`. */
export function mutantsOf(sources: string, start: string): readonly Mutant[] {
  return readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.startsWith(start) && file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => mutantsOfFile(file, readFileSync(join(sources, file), 'utf8')));
}

function mutantsOfFile(file: string, original: string): readonly Mutant[] {
  return mutationsOf(original).map((mutation) => {
    const text = mutated(original, mutation);
    return { file, text, ...difference(original.split('\n'), text.split('\n')) };
  });
}

/** Returns the lines from the first to the last difference. `last` counts lines from the end, from 1. */
function difference(
  before: readonly string[],
  after: readonly string[],
): Pick<Mutant, 'line' | 'before' | 'after'> {
  const first = before.findIndex((line, at) => line !== after[at]);
  let last = 1;
  while (before.at(-last) === after.at(-last) && Math.min(before.length, after.length) - last >= first)
    last++;
  const between = (lines: readonly string[]): string =>
    lines
      .slice(first, lines.length - last + 1)
      .map((line) => line.trim())
      .join('\n');
  return { line: first + 1, before: between(before), after: between(after) };
}

/** Formats a mutant: its fate, its place, and the changed lines. */
export const undetected = ({ file, line, before, after }: Mutant, fate: string): string =>
  [`${fate}: ${file}:${line}`, marked('-', before), marked('+', after)].join('\n');

const marked = (sign: string, lines: string): string =>
  lines
    .split('\n')
    .map((line) => `  ${sign} ${line}`)
    .join('\n');
