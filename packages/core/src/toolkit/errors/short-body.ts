import { cutText } from '../../bytes/cut-text.ts';

/** Of one text. Above what an error shows, so that a secret across its end is still known as one. */
const LONGEST_TEXT = 16_384;
/** Of all texts together, names of members included. */
const MOST_TEXT = 65_536;
const MOST_VALUES = 1000;
const DEEPEST = 12;

/**
 * The body of a failure before anything looks at it: the same, with long texts and long lists cut. A vendor, a proxy or an
 * echo of the user's own input may fill megabytes, and expressions and serialisers would go through all of it, again and
 * again. Every wire reads what was reported through this.
 */
export function shortBody(body: unknown): unknown {
  return shortened(body, { text: MOST_TEXT, values: MOST_VALUES }, 0);
}

interface Left {
  text: number;
  values: number;
}

function shortened(value: unknown, left: Left, depth: number): unknown {
  if (typeof value === 'string') return shortText(value, left);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return undefined;
  const isList = Array.isArray(value);
  const short: [string, unknown][] = [];
  for (const name in value) {
    if (left.values <= 0 || left.text <= 0) break;
    if (!Object.hasOwn(value, name)) continue;
    left.values--;
    const key = isList ? name : shortText(name, left);
    short.push([key, shortened(Reflect.get(value, name), left, depth + 1)]);
  }
  return isList ? short.map(([, member]) => member) : Object.fromEntries(short);
}

function shortText(text: string, left: Left): string {
  const short = cutText(text, Math.min(LONGEST_TEXT, left.text));
  left.text -= short.length;
  return short;
}
