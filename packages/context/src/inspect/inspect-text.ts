import { createRedactor } from '@majordomo/redact';
import { cutEnd } from '../transcript/cut-middle.ts';
import { trimTail } from '../transcript/trim-tail.ts';
import { invisibleIn } from './invisible.ts';
import { classesAt, SEQUENCES, type Scope, type SequenceRule } from './rules.ts';

/** Suspicious passage. The excerpt is at most one line, without invisible characters. */
export interface Suspicion {
  readonly id: string;
  readonly at: number;
  readonly excerpt: string;
}

const MAX_PER_KIND = 5;

/**
 * Returns passages that try to steer the model from within a file, in order; linear in the length of the text. Scopes:
 * `all` for any text, `context` (default) for project files, `strict` for untrusted files.
 */
export function inspectText(text: string, scope: Scope = 'context'): readonly Suspicion[] {
  const found: Suspicion[] = [];
  const counts = new Map<string, number>();
  const tell = (id: string, at: number): void => {
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    if (count <= MAX_PER_KIND) found.push({ id, at, excerpt: excerptAt(text, at) });
  };
  const rules = SEQUENCES.filter((rule) => reaches(scope, rule.scope));
  sequencesIn(text, rules, tell);
  for (const at of hiddenIn(text, HIDDEN_ELEMENT)) tell('hidden-element', at);
  for (const at of hiddenIn(text, COMMENT)) tell('comment-injection', at);
  for (const at of invisibleIn(text)) {
    tell('invisible', at);
    if (counts.get('invisible') === MAX_PER_KIND) break;
  }
  if (scope === 'strict')
    for (const { start } of createRedactor().find(text)) tell('hard-coded-secret', start);
  return found.toSorted((a, b) => a.at - b.at);
}

const SCOPES: readonly Scope[] = ['all', 'context', 'strict'];
const reaches = (scope: Scope, own: Scope): boolean => SCOPES.indexOf(own) <= SCOPES.indexOf(scope);

/** No nested tags, so that each tag is read once. */
const HIDDEN_ELEMENT = /<[a-z]{1,10}\s[^<>]{0,300}>/gi;
const COMMENT = /<!--[^<>]{0,2000}-->/g;
const HIDES = /(?:display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?0|opacity\s?:\s?0)(?![.\d])/i;
const STEERS =
  /\b(?:ignore (?:all|any|the|your|previous|prior)|instructions?|system prompt|execute|assistant|secretly|you must|do not tell)\b/i;

function* hiddenIn(text: string, pattern: RegExp): Generator<number> {
  for (const { 0: piece, index } of text.matchAll(pattern)) {
    if ((pattern === COMMENT ? STEERS : HIDES).test(piece)) yield index;
  }
}

const WORD = /[A-Za-z0-9$~_./][\w$~{}:/@.-]*/g;

/** Advances each rule by the words of its steps. Only rules that contain a word are visited. */
function sequencesIn(
  text: string,
  rules: readonly SequenceRule[],
  tell: (id: string, at: number) => void,
): void {
  const index = indexOf(rules);
  /** For each rule and step: start of the latest run up to it, and index of its word. */
  const runs = rules.map(({ steps }) => steps.map(() => ({ start: -1, word: -Infinity })));
  let count = 0;
  const meet = (name: string, at: number): void => {
    for (const [number, step] of index.get(name) ?? NO_RULES) {
      const rule = rules[number];
      const run = runs[number];
      const before = step === 0 ? undefined : run?.[step - 1];
      const here = run?.[step];
      if (rule === undefined || here === undefined) continue;
      if (before !== undefined && (count - before.word > rule.gap + 1 || count === before.word)) continue;
      here.start = before?.start ?? at;
      here.word = count;
      if (step === rule.steps.length - 1) tell(rule.id, here.start);
    }
  };
  const lower = text.toLowerCase();
  // Some letters are longer in lower case: then places would not fit.
  for (const { 0: raw, index: at } of (lower.length === text.length ? lower : text).matchAll(WORD)) {
    count++;
    const word = trimTail(lower.length === text.length ? raw : raw.toLowerCase(), '.:,}');
    meet(word, at);
    for (const name of classesAt(word, text.slice(Math.max(0, at - 10), at))) meet(name, at);
  }
}

const NO_RULES: readonly (readonly [number, number])[] = [];

/** Maps words to rules, with the last steps first, since a word must not follow itself. */
function indexOf(
  rules: readonly SequenceRule[],
): ReadonlyMap<string, readonly (readonly [rule: number, step: number])[]> {
  const index = new Map<string, (readonly [number, number])[]>();
  for (const [number, { steps }] of rules.entries())
    for (const [step, words] of steps.entries())
      for (const word of words) index.set(word, [[number, step], ...(index.get(word) ?? [])]);
  return index;
}

function excerptAt(text: string, at: number): string {
  const line = text.slice(at, at + 200).split('\n', 1)[0] ?? '';
  return cutEnd(line.replaceAll(/[\p{Cc}\p{Cf}]/gu, ''), 80);
}
