/** Shorter repetitions are kept: they may be meant. */
const SHORTEST = 40;
/** Longer repetitions are found only where the continuation repeats the complete text. */
const LONGEST = 400;
/** Characters next to a repetition that continue its period: then the text itself repeats. */
const RUN = 8;

/** Text to show, and text that was removed before it. */
export interface Joined {
  readonly text: string;
  readonly removed: string;
}

const HELD: Joined = { text: '', removed: '' };

/**
 * Joins the text of a model to the text of another one that broke off. An introduction is removed, and so is a repetition
 * of the shown text that cannot be chance. Text is held back until that is known.
 */
export class Joint {
  private readonly shown: string;
  private readonly held: string[] = [];
  /** Length of a repetition of the text from its beginning that has come so far, when no other one is possible. */
  private again: number | undefined;
  private isDone = false;

  constructor(shown: string) {
    this.shown = shown;
  }

  push(text: string): Joined {
    if (this.isDone) return { text, removed: '' };
    this.held.push(text);
    if (this.again !== undefined && this.shown.startsWith(text, this.again)) {
      this.again += text.length;
      return HELD;
    }
    return this.look(false);
  }

  /** Returns the text that is still held: no more comes. */
  end(): Joined {
    return this.isDone ? HELD : this.look(true);
  }

  private look(isLast: boolean): Joined {
    const { shown } = this;
    const held = this.held.join('');
    const own = withoutIntroduction(shown, held, isLast);
    const length = own === undefined ? undefined : repetition(shown, own, isLast);
    if (own === undefined || length === undefined) {
      const isAgain = own !== undefined && own.length > LONGEST && shown.startsWith(own);
      this.again = isAgain ? own.length : undefined;
      return HELD;
    }
    this.isDone = true;
    const text = own.slice(length);
    return { text, removed: held.slice(0, held.length - text.length) };
  }
}

/**
 * Returns how many characters of the text are a repetition to remove; `undefined` while more is needed to know. Half of a
 * character that was cut is repeated by a model that writes all of it.
 */
function repetition(shown: string, given: string, isLast: boolean): number | undefined {
  if (/[\uD800-\uDBFF]$/.test(shown) && shown.endsWith(given.slice(0, 1))) return given.slice(0, 1).length;
  if (!isLast && mayRepeat(shown, given)) return undefined;
  const length = overlap(shown, given);
  if (length === 0) return 0;
  if (!isLast && given.length < length + RUN) return undefined;
  return isMeant(shown, given, length) ? 0 : length;
}

/** Whether the text may become a repetition that reaches the end of the shown text. */
function mayRepeat(shown: string, given: string): boolean {
  if (shown.length >= SHORTEST && shown.length > given.length && shown.startsWith(given)) return true;
  const most = Math.min(LONGEST, shown.length);
  for (let length = Math.max(SHORTEST, given.length + 1); length <= most; length++) {
    if (shown.startsWith(given, shown.length - length)) return true;
  }
  return false;
}

/** Returns the length of the longest end of the shown text that the other begins with; 0 for a short one. */
function overlap(shown: string, given: string): number {
  if (shown.length >= SHORTEST && given.startsWith(shown)) return shown.length;
  for (let length = Math.min(LONGEST, shown.length, given.length); length >= SHORTEST; length--) {
    if (shown.endsWith(given.slice(0, length))) return length;
  }
  return 0;
}

/** Whether the repetition may belong to the document, as in rows, closing tags, numbers, or lines that occur before. */
function isMeant(shown: string, given: string, length: number): boolean {
  const text = given.slice(0, length);
  const words = new Set(text.match(/\p{L}{2,}/gu));
  if (words.size < 2 || isPeriodic(text)) return true;
  if (shown.indexOf(text) < shown.length - length) return true;
  let run = 0;
  for (let at = shown.length - 1; at >= length && shown[at] === shown[at - length]; at--) run++;
  for (let at = length; at < given.length && given[at] === given[at - length]; at++) run++;
  return run >= RUN;
}

/** Whether a text is the same piece twice or more. */
function isPeriodic(text: string): boolean {
  for (let period = 1; period <= Math.min(text.length / 2, LONGEST); period++) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}

/** Introductions that a model writes although it is told to continue. A message begins with a capital, not with white space. */
const INTRODUCTION =
  /^(?:(?:sure|certainly|of course|okay|ok)[,.!]? )?\(?(?:continu(?:ing|ed)(?: (?:from|where|with|on|exactly|right|as)\b[^\n:]{0,60})?|here(?:'s| is) the (?:rest|continuation)[^\n:]{0,40}|(?:i(?:'ll| will)|let me) continue[^\n:]{0,60}|picking up[^\n:]{0,60})\)? ?(?::|\.\.\.|…|\n)(?:[^\S\n]{0,20}\n{1,2})?/i;
const LONGEST_INTRODUCTION = 120;
const FIRST_WORDS = [
  'sure',
  'certainly',
  'of course',
  'ok',
  'continu',
  "here's the",
  'here is the',
  "i'll continue",
  'i will continue',
  'let me continue',
  'picking up',
];

/** A block of code that is opened again, with its language: a bare fence would close the open one. */
const FENCE = /^\s{0,20}((?:`{3,9}|~{3,9})[\w+-]{1,20}[^\n]{0,40})\n/;
const OPEN_FENCE = /^\s{0,20}(?:`{1,9}|~{1,9})[^\n]{0,60}$/;

/** Returns `undefined` while more is needed to know. */
function withoutIntroduction(shown: string, given: string, isLast: boolean): string | undefined {
  const introduction = /^[A-Z(]/.test(given) ? (INTRODUCTION.exec(given)?.[0] ?? '') : '';
  if (introduction === '' && !isLast && mayIntroduce(given)) return undefined;
  // More white space may belong to it.
  if (introduction !== '' && introduction.length === given.length && !isLast) return undefined;
  const rest = given.slice(introduction.length);
  const own = introduction !== '' && /\s$/.test(shown) ? rest.replace(/^[^\S\n]+/, '') : rest;
  const fences = shown.match(/^ {0,3}(?:`{3,}|~{3,}).*/gm) ?? [];
  if (fences.length % 2 === 0) return own;
  if (!isLast && OPEN_FENCE.test(own)) return undefined;
  // A fence with another line begins a block inside the open one.
  return FENCE.exec(own)?.[1]?.trim() === fences.at(-1)?.trim() ? own.replace(FENCE, '') : own;
}

function mayIntroduce(given: string): boolean {
  if (!/^[A-Z(]/.test(given)) return false;
  const start = given.replace(/^\(/, '').toLowerCase();
  if (start.length > LONGEST_INTRODUCTION || /[\n:]/.test(start)) return false;
  return FIRST_WORDS.some((words) => words.startsWith(start) || start.startsWith(words));
}
