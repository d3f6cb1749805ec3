import { execFileSync } from 'node:child_process';
import { read, ROOT } from './repository.ts';

/** Expression that the writing rules replace, with its replacement. */
export interface Expression {
  readonly pattern: RegExp;
  readonly replacement: string;
  /** Matches only at the start of a comment. */
  readonly isOpening?: true;
}

export interface ProseLine {
  readonly file: string;
  /** Line number, from 1. */
  readonly line: number;
  /** The text without comment markers. */
  readonly text: string;
  /** Whether the line opens a block comment. */
  readonly isOpening: boolean;
}

/** Prose line that contains an expression to replace. */
export interface Finding {
  readonly prose: ProseLine;
  readonly expressions: readonly Expression[];
}

const GENERATED = /generated|pnpm-lock|CHANGELOG|^tooling\/bench\/peers\/package-lock/;

/** Returns every prose line of the repository's tracked files: comments of packages and apps, and Markdown outside code blocks. */
export function proseLines(): readonly ProseLine[] {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1e8 })
    .split('\0')
    .filter((file) => file !== '' && !GENERATED.test(file));
  return files.flatMap((file) => {
    if (file.endsWith('.md')) return inMarkdown(file, textOf(file));
    return /^(packages|apps)\/.*\.(ts|tsx|mts)$/.test(file) ? inCode(file, textOf(file)) : [];
  });
}

/** Returns the lines that contain an expression, without those that an exception permits. */
export function findings(
  lines: readonly ProseLine[],
  expressions: readonly Expression[],
  exceptions: readonly RegExp[],
): readonly Finding[] {
  return lines.flatMap((prose) => {
    const text = exceptions.reduce(
      (left, permitted) => left.replaceAll(permitted, ''),
      withoutCode(prose.text),
    );
    const found = expressions.filter(
      ({ pattern, isOpening }) => (isOpening !== true || prose.isOpening) && pattern.test(text),
    );
    return found.length === 0 ? [] : [{ prose, expressions: found }];
  });
}

/** Returns the places of the lines that a diff without context adds, as `file:line`. */
export function addedLines(diff: string): ReadonlySet<string> {
  const places = new Set<string>();
  let file = '';
  for (const line of diff.split('\n')) {
    if (line.startsWith('+++ ')) file = line.replace(/^\+\+\+ (?:b\/)?/, '');
    const [, from = '', count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (from === '') continue;
    for (let at = 0; at < Number(count); at++) places.add(`${file}:${Number(from) + at}`);
  }
  return places;
}

/** Returns the prose lines of a Markdown text. */
export function inMarkdown(file: string, text: string): readonly ProseLine[] {
  let isCode = false;
  return text.split('\n').flatMap((line, at) => {
    if (/^\s*(```|~~~)/.test(line)) {
      isCode = !isCode;
      return [];
    }
    return isCode || line.trim() === '' ? [] : [{ file, line: at + 1, text: line.trim(), isOpening: false }];
  });
}

/** Returns the comment lines of a TypeScript text: block comments, and line comments that are alone on their line. */
export function inCode(file: string, text: string): readonly ProseLine[] {
  const lines = text.split('\n');
  const prose: ProseLine[] = [];
  let isBlock = false;
  let hasOpened = false;
  for (const [at, line] of lines.entries()) {
    const begins = !isBlock && /^\s*\/\*/.test(line);
    if (begins) {
      isBlock = true;
      hasOpened = false;
    }
    const content = isBlock
      ? line.replace(/^\s*(\/\*+|\*(?!\/))?/, '').replace(/\*\/.*$/, '')
      : /^\s*\/\/ (.*)$/.exec(line)?.[1];
    const trimmed = content?.trim() ?? '';
    if (trimmed !== '') {
      prose.push({ file, line: at + 1, text: trimmed, isOpening: isBlock && !hasOpened });
      hasOpened = true;
    }
    if (isBlock && line.includes('*/')) isBlock = false;
  }
  return prose;
}

const withoutCode = (text: string): string => text.replaceAll(/`[^`]*`/g, '`');

/** Ignore a file that is tracked but deleted in the working tree. */
function textOf(file: string): string {
  try {
    return read(file);
  } catch {
    return '';
  }
}
