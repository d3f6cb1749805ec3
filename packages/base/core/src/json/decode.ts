import { isTooDeep, MAX_DEPTH, SHALLOW_LENGTH } from '../util/values.ts';

/** Value in an answer's text, or the reason why the text does not contain exactly one value. */
type DecodeResult = { readonly value: unknown } | { readonly fault: string };

const TAGS = 'think|thinking|reasoning|thought|reasoning_scratchpad';
const REASONING = new RegExp(`^\\s*<(${TAGS})\\b[^>]*>[\\s\\S]*?</\\1\\s*>`, 'i');
const OPEN_REASONING = new RegExp(`^\\s*<(${TAGS})\\b[^>]*>`, 'i');
/** End of reasoning. The answer has only a closing tag if the chat template puts the opening tag into the prompt. */
const REASONING_END = new RegExp(`^[\\s\\S]*?</(?:${TAGS})\\s*>`, 'i');
const FENCE = /```[^\n`]*\n([\s\S]*?)```/g;

/**
 * Returns the JSON value of an answer: the complete text, also after a byte order mark or reasoning tags, a value in a code fence,
 * or a value in prose, where an object precedes arrays. Otherwise, several values are a fault. Invalid JSON is not repaired.
 */
export function decodeJson(text: string): DecodeResult {
  const decoded = findValue(text);
  if ('fault' in decoded || text.length <= SHALLOW_LENGTH || !isTooDeep(decoded.value)) return decoded;
  return { fault: `the answer is nested more than ${MAX_DEPTH} levels deep` };
}

function findValue(text: string): DecodeResult {
  const direct = parse(withoutByteOrderMark(text));
  if (direct !== undefined) return direct;
  const answer = withoutReasoning(withoutByteOrderMark(text));
  if (answer === undefined) return { fault: 'the answer contains only reasoning' };
  return parse(answer) ?? singleValue(fencedValues(answer)) ?? valueInProse(answer);
}

/** Returns the position of the value in an incomplete answer, or -1 while the position is unknown. */
export function answerStart(text: string): number {
  const answer = withoutReasoning(text) ?? '';
  const skipped = text.length - answer.length;
  const [lead = ''] = /^[\s\uFEFF]*(?:```[^\n`]*\n\s*)?/.exec(answer) ?? [];
  const at = answer.charAt(lead.length) === '[' ? lead.length : answer.indexOf('{');
  return at === -1 ? -1 : skipped + at;
}

const withoutByteOrderMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);

/** Removes reasoning in tags. Returns `undefined` if a tag is not closed. */
function withoutReasoning(text: string): string | undefined {
  let rest = text;
  for (let thought = REASONING.exec(rest); thought !== null; thought = REASONING.exec(rest)) {
    rest = rest.slice(thought[0].length);
  }
  if (OPEN_REASONING.test(rest)) return undefined;
  const stray = rest === text ? REASONING_END.exec(rest) : null;
  // A closing tag after a bracket is part of the value.
  return stray === null || /[{[]/.test(stray[0]) ? rest : rest.slice(stray[0].length);
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Maximum number of invalid candidates before the search ends, because the parser throws an exception for each of them. */
const MAX_INVALID = 1000;

class CandidateParser {
  private invalid = 0;

  parse(text: string): readonly { readonly value: unknown }[] {
    if (this.invalid > MAX_INVALID || !BEGINNING.test(text)) return [];
    const parsed = parse(text);
    if (parsed !== undefined) return [parsed];
    this.invalid++;
    return [];
  }
}

/** Possible beginnings of JSON. Other text is not passed to the parser, which avoids most exceptions. */
const BEGINNING = /^\s*(?:\{\s*["}]|\[\s*["{[\]\dtfn-]|["\dtfn-])/;

function fencedValues(text: string): readonly { readonly value: unknown }[] {
  const candidates = new CandidateParser();
  return [...text.matchAll(FENCE)].flatMap(([, body = '']) => candidates.parse(body));
}

/** Returns the JSON value in prose. Objects take precedence over arrays, because prose may have footnotes such as [1]. */
function valueInProse(text: string): DecodeResult {
  const values = topLevelValues(text);
  const objects = values.filter(({ value }) => !Array.isArray(value));
  return singleValue(objects) ?? singleValue(values) ?? { fault: 'the answer contains no JSON' };
}

function singleValue(values: readonly { readonly value: unknown }[]): DecodeResult | undefined {
  return values.length > 1 ? { fault: `the answer contains ${values.length} JSON values` } : values[0];
}

/** Returns the valid JSON objects and arrays at the top level. An unclosed bracket ends the search. */
function topLevelValues(text: string): readonly { readonly value: unknown }[] {
  const candidates = new CandidateParser();
  const values: { readonly value: unknown }[] = [];
  for (let at = openingBracket(text, 0); at !== -1;) {
    const end = closingEnd(text, at);
    if (end === -1) return values;
    values.push(...candidates.parse(text.slice(at, end)));
    at = openingBracket(text, end);
  }
  return values;
}

function openingBracket(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '{' || character === '[') return at;
  }
  return -1;
}

/** Returns the position after the bracket that closes the bracket at `from`; -1 if no bracket closes it. */
function closingEnd(text: string, from: number): number {
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
