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
  for (const at of passagesIn(text, START_TAG, HIDES)) report('hidden-element', at);
  for (const at of passagesIn(text, COMMENT, STEERS)) report('comment-injection', at);
  for (const at of invisibleIn(text)) report('invisible', at);
  if (scope === 'strict')
    for (const { start } of createRedactor().find(text)) report('hard-coded-secret', start);
  return found.toSorted((a, b) => a.at - b.at);
}

const SCOPES: readonly Scope[] = ['all', 'context', 'strict'];
const includes = (scope: Scope, ruleScope: Scope): boolean =>
  SCOPES.indexOf(ruleScope) <= SCOPES.indexOf(scope);

/** Matches the start tag of an element with attributes. The pattern excludes nested tags to keep the time linear. */
const START_TAG = /<[a-z]{1,10}\s[^<>]{0,300}>/gi;
const COMMENT = /<!--[^<>]{0,2000}-->/g;
/** Matches styles that hide an element. */
const HIDES = /(?:display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?0|opacity\s?:\s?0)(?![.\d])/i;
/** Matches words that address a model. */
const STEERS =
  /\b(?:ignore (?:all|any|the|your|previous|prior)|instructions?|system prompt|execute|assistant|secretly|you must|do not tell)\b/i;

/** Yields the offsets of the passages of a form whose folded text also matches `content`. */
function* passagesIn(text: string, form: RegExp, content: RegExp): Generator<number> {
  for (const { 0: passage, index } of text.matchAll(form)) {
    if (content.test(foldText(passage).text)) yield index;
  }
}

/** Matches a word, a path, an address or a variable of a shell. */
const WORD = /[a-z0-9$~_./][\w$~{}:/@.-]*/g;

/** Number of characters before a word that `classesAt` reads. The longest of its prefixes is `upload-file=`. */
const PREFIX_LENGTH = 12;

/** Reports the passages that match a rule. For each word of the text, checks only the steps that contain the word. */
function sequencesIn(
  text: string,
  rules: readonly SequenceRule[],
  report: (id: string, at: number) => void,
): void {
  const stepsByWord = indexOf(rules);
  const folded = foldText(text);
  let number = 0;
  for (const { 0: raw, index } of folded.text.matchAll(WORD)) {
    number++;
    const word = trimTail(raw, '.:,}');
    const at = folded.originAt(index);
    const before = folded.text.slice(Math.max(0, index - PREFIX_LENGTH), index);
    for (const name of [word, ...classesAt(word, before)]) {
      for (const step of stepsByWord.get(name) ?? NO_STEPS) {
        const match = extendedMatch(step, at, number);
        if (match === undefined) continue;
        step.match = match;
        if (step.isLast) report(step.rule.id, match.start);
      }
    }
  }
}

/** Step of a rule. */
interface Step {
  readonly rule: SequenceRule;
  /** Step before this step; `undefined` for the first step of the rule. */
  readonly previous: Step | undefined;
  readonly isLast: boolean;
  /** Latest match of the rule's steps up to this step. */
  match: Match | undefined;
}

/** Match of the first steps of a rule. */
interface Match {
  /** Offset of the first word in the text. */
  readonly start: number;
  /** Number of the last word, counted from the beginning of the text. */
  readonly last: number;
}

/**
 * Returns the match of the previous steps, extended by a word that belongs to this step. Returns `undefined` if the previous steps
 * have no match, or if their match ends too far before the word.
 */
function extendedMatch({ rule, previous }: Step, at: number, number: number): Match | undefined {
  if (previous === undefined) return { start: at, last: number };
  const { match } = previous;
  // If the match ends at this word, the word has already matched the previous step, and cannot match two steps.
  if (match === undefined || match.last === number || number - match.last > rule.gap + 1) return undefined;
  return { start: match.start, last: number };
}

const NO_STEPS: readonly Step[] = [];

/** Returns the steps by their words. Later steps are first, so that a word extends a match before it begins a new one. */
function indexOf(rules: readonly SequenceRule[]): ReadonlyMap<string, readonly Step[]> {
  const index = new Map<string, Step[]>();
  for (const rule of rules) {
    let previous: Step | undefined;
    for (const [at, words] of rule.steps.entries()) {
      const step: Step = { rule, previous, isLast: at === rule.steps.length - 1, match: undefined };
      for (const word of words) index.set(word, [step, ...(index.get(word) ?? [])]);
      previous = step;
    }
  }
  return index;
}

function excerptAt(text: string, at: number): string {
  const line = text.slice(at, at + 200).replace(/\n[^]*/, '');
  return cutEnd(showTags(line).replaceAll(/[\p{Cc}\p{Cf}]/gu, ''), 80);
}
