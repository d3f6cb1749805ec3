import { createRedactor } from '@majordomo/redact';
import { cutEnd } from '../transcript/cut-middle.ts';
import { trimTail } from '../transcript/trim-tail.ts';
import { foldText, showTags } from './fold-text.ts';
import { invisibleIn } from './invisible.ts';
import { classesAt, SEQUENCES, type Scope, type SequenceRule } from './rules.ts';

/** Suspicious passage of a text, which begins at offset `at`. `excerpt` has at most 80 visible characters of one line. */
export interface Suspicion {
  readonly id: string;
  readonly at: number;
  readonly excerpt: string;
}

const MAX_PER_KIND = 5;

/**
 * Returns suspicious passages of a text, such as instructions that try to manipulate the model, in order, at most five of a kind.
 * Phrases are also found in full-width letters and in invisible tag characters. `scope`: `all` for any text, `context` (default)
 * for project files, `strict` for untrusted files. Takes linear time.
 */
export function inspectText(text: string, scope: Scope = 'context'): readonly Suspicion[] {
  const found: Suspicion[] = [];
  const counts = new Map<string, number>();
  const report = (id: string, at: number): void => {
    // Report a passage only once, because several rules of one kind can match it.
    if (found.some((one) => one.id === id && one.at === at)) return;
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    if (count <= MAX_PER_KIND) found.push({ id, at, excerpt: excerptAt(text, at) });
  };
  const rules = SEQUENCES.filter((rule) => includes(scope, rule.scope));
  sequencesIn(text, rules, report);
  for (const at of hiddenIn(text, HIDDEN_ELEMENT)) report('hidden-element', at);
  for (const at of hiddenIn(text, COMMENT)) report('comment-injection', at);
  for (const at of invisibleIn(text)) report('invisible', at);
  if (scope === 'strict')
    for (const { start } of createRedactor().find(text)) report('hard-coded-secret', start);
  return found.toSorted((a, b) => a.at - b.at);
}

const SCOPES: readonly Scope[] = ['all', 'context', 'strict'];
const includes = (scope: Scope, ruleScope: Scope): boolean =>
  SCOPES.indexOf(ruleScope) <= SCOPES.indexOf(scope);

/** Matches the start tag of an element with attributes. The pattern excludes nested tags to keep the time linear. */
const HIDDEN_ELEMENT = /<[a-z]{1,10}\s[^<>]{0,300}>/gi;
const COMMENT = /<!--[^<>]{0,2000}-->/g;
const HIDES = /(?:display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?0|opacity\s?:\s?0)(?![.\d])/i;
const STEERS =
  /\b(?:ignore (?:all|any|the|your|previous|prior)|instructions?|system prompt|execute|assistant|secretly|you must|do not tell)\b/i;

function* hiddenIn(text: string, pattern: RegExp): Generator<number> {
  for (const { 0: piece, index } of text.matchAll(pattern)) {
    if ((pattern === COMMENT ? STEERS : HIDES).test(foldText(piece).text)) yield index;
  }
}

const WORD = /[a-z0-9$~_./][\w$~{}:/@.-]*/g;

/** Reports the passages that match a rule. For each word of the text, checks only the rules that contain the word. */
function sequencesIn(
  text: string,
  rules: readonly SequenceRule[],
  report: (id: string, at: number) => void,
): void {
  const index = indexOf(rules);
  /** State for each rule and step: start of the latest partial match, and index of the match's last word. */
  const runs = rules.map(({ steps }) => steps.map(() => ({ start: -1, word: -Infinity })));
  let count = 0;
  const meet = (name: string, at: number): void => {
    for (const [number, step] of index.get(name) ?? NO_RULES) {
      const rule = rules[number];
      const run = runs[number];
      const before = run?.[step - 1];
      const here = run?.[step];
      if (rule === undefined || here === undefined) continue;
      if (before !== undefined && (count - before.word > rule.gap + 1 || count === before.word)) continue;
      here.start = before?.start ?? at;
      here.word = count;
      if (step === rule.steps.length - 1) report(rule.id, here.start);
    }
  };
  const folded = foldText(text);
  for (const { 0: raw, index } of folded.text.matchAll(WORD)) {
    count++;
    const word = trimTail(raw, '.:,}');
    const at = folded.originAt(index);
    meet(word, at);
    for (const name of classesAt(word, folded.text.slice(Math.max(0, index - 12), index))) meet(name, at);
  }
}

const NO_RULES: readonly (readonly [number, number])[] = [];

/** Maps words to the rules and steps that contain them. Later steps are first, so that no word matches two steps at once. */
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
  const line = text.slice(at, at + 200).replace(/\n[^]*/, '');
  return cutEnd(showTags(line).replaceAll(/[\p{Cc}\p{Cf}]/gu, ''), 80);
}
