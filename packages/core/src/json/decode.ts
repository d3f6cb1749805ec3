import { isTooDeep, MAX_DEPTH, SHALLOW_LENGTH } from './values.ts';

/** A value, or why the text has none. */
type Decoded = { readonly value: unknown } | { readonly fault: string };

const TAGS = 'think|thinking|reasoning|thought|reasoning_scratchpad';
const THOUGHTS = new RegExp(`^\\s*<(${TAGS})\\b[^>]*>[\\s\\S]*?</\\1\\s*>`, 'i');
const OPEN_THOUGHT = new RegExp(`^\\s*<(${TAGS})\\b[^>]*>`, 'i');
/** Templates that put the opening tag into the prompt leave only its end in the answer. */
const THOUGHT_END = new RegExp(`^[\\s\\S]*?</(?:${TAGS})\\s*>`, 'i');
const FENCE = /```[^\n`]*\n([\s\S]*?)```/g;

/**
 * The one JSON value of an answer: as it is, after a BOM or thoughts, in a code fence, or with prose around. Two
 * values are a fault: nobody knows which was meant. Broken JSON is never fixed here, nor searched for whole pieces.
 */
export function decodeJson(text: string): Decoded {
  const decoded = oneValue(text);
  if ('fault' in decoded || text.length <= SHALLOW_LENGTH || !isTooDeep(decoded.value)) return decoded;
  return { fault: `the answer is nested more than ${MAX_DEPTH} levels deep` };
}

function oneValue(text: string): Decoded {
  const direct = parse(withoutMark(text));
  if (direct !== undefined) return direct;
  const answer = withoutThoughts(withoutMark(text));
  if (answer === undefined) return { fault: 'the answer has thoughts only' };
  const bare = answer === text ? undefined : parse(answer);
  if (bare !== undefined) return bare;
  return theOne(fenced(answer)) ?? inProse(answer);
}

/** Where the value of an unfinished answer begins, or -1 while that is not known. */
export function answerStart(text: string): number {
  const answer = withoutThoughts(text) ?? '';
  const skipped = text.length - answer.length;
  const [lead = ''] = /^[\s\uFEFF]*(?:```[^\n`]*\n\s*)?/.exec(answer) ?? [];
  const at = answer.charAt(lead.length) === '[' ? lead.length : answer.indexOf('{');
  return at === -1 ? -1 : skipped + at;
}

const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);

/** `undefined` when a thought never ends. */
function withoutThoughts(text: string): string | undefined {
  let rest = text;
  for (let thought = THOUGHTS.exec(rest); thought !== null; thought = THOUGHTS.exec(rest)) {
    rest = rest.slice(thought[0].length);
  }
  if (OPEN_THOUGHT.test(rest)) return undefined;
  const stray = rest === text ? THOUGHT_END.exec(rest) : null;
  // A tag inside the value itself is not the end of a thought.
  return stray === null || /[{[]/.test(stray[0]) ? rest : rest.slice(stray[0].length);
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Code and prose have brackets too; an answer with more broken pieces than this is not one with JSON in it. */
const MOST_BROKEN = 1000;

/** Pieces of an answer that may be JSON. To find out that one is not costs an error each time, so that is bounded. */
class Pieces {
  private broken = 0;

  parse(text: string): readonly { readonly value: unknown }[] {
    if (this.broken > MOST_BROKEN || !BEGINNING.test(text)) return [];
    const parsed = parse(text);
    if (parsed !== undefined) return [parsed];
    this.broken++;
    return [];
  }
}

/** How JSON begins: a look at two characters spares most errors. */
const BEGINNING = /^\s*(?:\{\s*["}]|\[\s*["{[\]\dtfn-]|["\dtfn-])/;

function fenced(text: string): readonly { readonly value: unknown }[] {
  const pieces = new Pieces();
  return [...text.matchAll(FENCE)].flatMap(([, body = '']) => pieces.parse(body));
}

/** Objects before lists: prose has footnotes such as [1]. */
function inProse(text: string): Decoded {
  const values = spans(text);
  const objects = values.filter(({ value }) => !Array.isArray(value));
  return theOne(objects) ?? theOne(values) ?? { fault: 'there is no JSON in the answer' };
}

function theOne(values: readonly { readonly value: unknown }[]): Decoded | undefined {
  return values.length > 1 ? { fault: `there are ${values.length} JSON values in the answer` } : values[0];
}

/** Whole `{…}` and `[…]` at the top level. What is broken is passed over as a whole; what never ends ends the search. */
function spans(text: string): readonly { readonly value: unknown }[] {
  const pieces = new Pieces();
  const values: { readonly value: unknown }[] = [];
  for (let at = opener(text, 0); at !== -1;) {
    const end = endOf(text, at);
    if (end === -1) return values;
    values.push(...pieces.parse(text.slice(at, end)));
    at = opener(text, end);
  }
  return values;
}

function opener(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '{' || character === '[') return at;
  }
  return -1;
}

/** Just after the bracket that closes the one at `from`; -1 when none does. */
function endOf(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1;
  }
  return -1;
}
