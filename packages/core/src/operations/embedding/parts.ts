import type { EmbeddingBackend } from '../../contract/provider.ts';

type Limits = Pick<EmbeddingBackend, 'maxValues' | 'maxRequestTokens'>;

/** Values in their order, cut into as few parts as the limits allow; each part has at least one. */
export function partsOf(
  values: readonly string[],
  { maxValues = Infinity, maxRequestTokens = Infinity }: Limits,
): readonly (readonly string[])[] {
  const parts: (readonly string[])[] = [];
  let from = 0;
  let tokens = 0;
  for (const [at, value] of values.entries()) {
    const more = maxRequestTokens === Infinity ? 0 : estimatedTokens(value);
    const isFull = at - from >= maxValues || tokens + more > maxRequestTokens;
    if (isFull && at > from) {
      parts.push(values.slice(from, at));
      from = at;
      tokens = 0;
    }
    tokens += more;
  }
  if (from < values.length) parts.push(values.slice(from));
  return parts;
}

/** Rather too many: a part that is too large costs a refusal, one that is small hardly anything. */
const estimatedTokens = (value: string): number =>
  Math.ceil(/[^\0-\x7f]/.test(value) ? value.length * 1.2 : value.length / 3);

/** No tokenizer makes tokens this long of what languages have: a value that is longer is too long for certain. */
const LONGEST_TOKEN = 16;

/** The first value that cannot have so few tokens. */
export const tooLong = (values: readonly string[], maxTokens: number = Infinity): number =>
  values.findIndex(({ length }) => length > maxTokens * LONGEST_TOKEN);
