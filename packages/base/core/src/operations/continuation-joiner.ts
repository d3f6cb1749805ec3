/** Minimum length of a repetition to remove, in characters, unless the continuation repeats the complete text. */
const MIN_LENGTH = 40;
/** Minimum length of a text that can be continued, in characters. */
const MIN_COMPLETE_LENGTH = 12;
/** Maximum length of a repetition to remove, in characters, unless the continuation repeats the complete text. */
const MAX_LENGTH = 400;
/** Minimum number of characters that continue a repetition's pattern in periodic text, from which nothing is removed. */
const PERIODIC_RUN = 8;

/** Text to emit, and the text that was removed before it. */
export interface JoinedText {
  readonly text: string;
  readonly removed: string;
}

const NOTHING: JoinedText = { text: '', removed: '' };

/**
 * Joiner of the text of a model to the incomplete text of another model. Removes an introduction, and a repetition of the emitted
 * text that is too long to be a coincidence. Buffers text until the part to remove is known.
 */
export class ContinuationJoiner {
  private readonly shown: string;
  private readonly buffered: string[] = [];
  /** Length so far of a repetition of the complete text. Set only if no other repetition is possible. */
  private again: number | undefined;
  private isDone = false;

  constructor(shown: string) {
    this.shown = shown;
  }

  push(text: string): JoinedText {
    if (this.isDone) return { text, removed: '' };
    this.buffered.push(text);
    if (this.again !== undefined && this.shown.startsWith(text, this.again)) {
      this.again += text.length;
      return NOTHING;
    }
    return this.join(false);
  }

  /** Reports the end of the continuation. Returns the text that is still buffered, without a repetition. */
  end(): JoinedText {
    return this.isDone ? NOTHING : this.join(true);
  }

  private join(isLast: boolean): JoinedText {
    const { shown } = this;
    const buffered = this.buffered.join('');
    const own = withoutIntroduction(shown, buffered, isLast);
    const length = own === undefined ? undefined : repetition(shown, own, isLast);
    if (own === undefined || length === undefined) {
      const isAgain = own !== undefined && own.length > MAX_LENGTH && shown.startsWith(own);
      this.again = isAgain ? own.length : undefined;
      return NOTHING;
    }
    this.isDone = true;
    // An introduction and a repetition are removed from the start only, so `text` is the end of the buffered text.
    const text = own.slice(length);
    return { text, removed: buffered.slice(0, buffered.length - text.length) };
  }
}

/**
 * Returns the number of characters to remove as a repetition, or `undefined` if the result depends on more text. If the emitted
 * text ends with the first half of a surrogate pair, the model repeats that half.
 */
function repetition(shown: string, continuation: string, isLast: boolean): number | undefined {
  if (/[\uD800-\uDBFF]$/.test(shown) && shown.endsWith(continuation.slice(0, 1)))
    return continuation.slice(0, 1).length;
  if (!isLast && mayRepeat(shown, continuation)) return undefined;
  const length = overlap(shown, continuation);
  if (length === 0) return 0;
  if (!isLast && continuation.length < length + PERIODIC_RUN) return undefined;
  return isIntended(shown, continuation, length) ? 0 : length;
}

/** Whether more text may make the continuation a repetition of the complete emitted text or of its end. */
function mayRepeat(shown: string, continuation: string): boolean {
  if (shown.length >= MIN_COMPLETE_LENGTH && shown.startsWith(continuation)) return true;
  const max = Math.min(MAX_LENGTH, shown.length);
  for (let length = Math.max(MIN_LENGTH, continuation.length); length <= max; length++) {
    if (shown.startsWith(continuation, shown.length - length)) return true;
  }
  return false;
}

/** Returns the length of the longest end of the emitted text that the continuation repeats; 0 if that end is too short. */
function overlap(shown: string, continuation: string): number {
  if (shown.length >= MIN_COMPLETE_LENGTH && continuation.startsWith(shown)) return shown.length;
  for (let length = Math.min(MAX_LENGTH, shown.length, continuation.length); length >= MIN_LENGTH; length--) {
    if (shown.endsWith(continuation.slice(0, length))) return length;
  }
  return 0;
}

/** Whether the repetition may be intended, because it consists of rows, closing tags, numbers, or earlier lines. */
function isIntended(shown: string, continuation: string, length: number): boolean {
  const text = continuation.slice(0, length);
  if (isPattern(text)) return true;
  const occursEarlier = shown.indexOf(text) < shown.length - length;
  if (occursEarlier) return true;
  // Number of characters before and after the repetition that have the repetition as their period.
  let run = 0;
  for (let at = shown.length - 1; at >= length && shown[at] === shown[at - length]; at--) run++;
  for (let at = length; at < continuation.length && continuation[at] === continuation[at - length]; at++)
    run++;
  return run >= PERIODIC_RUN;
}

/** Whether a text has fewer than two different words, or consists of a pattern. */
const isPattern = (text: string): boolean => new Set(text.match(/\p{L}{2,}/gu)).size < 2 || isPeriodic(text);

/**
 * Whether a text can be continued. If a model repeats a short text, the repetition must be recognizable. A short text with fewer
 * than two different words may be intended twice.
 */
export function canBeContinued(text: string): boolean {
  const { length } = text.trim();
  return length >= MIN_LENGTH || (length >= MIN_COMPLETE_LENGTH && !isPattern(text.trim()));
}

/** Whether a text consists of a pattern that occurs at least twice. The last occurrence may be incomplete. */
function isPeriodic(text: string): boolean {
  for (let period = 1; period <= Math.min(text.length / 2, MAX_LENGTH); period++) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}

/** Introductions that a model writes although the request asks it to continue. An introduction begins with a capital letter. */
const INTRODUCTION =
  /^(?:(?:sure|certainly|of course|okay|ok)[,.!]? )?\(?(?:continu(?:ing|ed)(?: (?:from|where|with|on|exactly|right|as)\b[^\n:]{0,60})?|here(?:'s| is) the (?:rest|continuation)[^\n:]{0,40}|(?:i(?:'ll| will)|let me) continue[^\n:]{0,60}|picking up[^\n:]{0,60})\)? ?(?::|\.\.\.|…|\n)(?:[^\S\n]{0,20}\n{1,2})?/i;
const MAX_INTRODUCTION = 120;
const INTRODUCTION_STARTS = [
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

/** Code fence with a language. A fence without a language is not matched, because it would close the open block. */
const FENCE = /^\s{0,20}((?:`{3,9}|~{3,9})[\w+-]{1,20}[^\n]{0,40})\n/;
const OPEN_FENCE = /^\s{0,20}(?:`{1,9}|~{1,9})[^\n]{0,60}$/;

/** Returns the continuation without its introduction, or `undefined` if the result depends on more text. */
function withoutIntroduction(shown: string, continuation: string, isLast: boolean): string | undefined {
  const introduction = /^[A-Z(]/.test(continuation) ? (INTRODUCTION.exec(continuation)?.[0] ?? '') : '';
  if (introduction === '' && !isLast && mayIntroduce(continuation)) return undefined;
  // Wait for more text, because line breaks after the introduction are part of the introduction.
  if (introduction !== '' && introduction.length === continuation.length && !isLast) return undefined;
  const rest = continuation.slice(introduction.length);
  const own = introduction !== '' && /\s$/.test(shown) ? rest.replace(/^[^\S\n]+/, '') : rest;
  const fences = shown.match(/^ {0,3}(?:`{3,}|~{3,}).*/gm) ?? [];
  if (fences.length % 2 === 0) return own;
  if (!isLast && OPEN_FENCE.test(own)) return undefined;
  // A fence with a different language begins a block inside the open one.
  return FENCE.exec(own)?.[1]?.trim() === fences.at(-1)?.trim() ? own.replace(FENCE, '') : own;
}

function mayIntroduce(continuation: string): boolean {
  if (!/^[A-Z(]/.test(continuation)) return false;
  const start = continuation.replace(/^\(/, '').toLowerCase();
  if (start.length > MAX_INTRODUCTION || /[\n:]/.test(start)) return false;
  return INTRODUCTION_STARTS.some((terms) => terms.startsWith(start) || start.startsWith(terms));
}
