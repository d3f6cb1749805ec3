import type { TokenLogprob } from '../../contract/response.ts';
import { asList, asNumber, asRecord, asText } from './unknown.ts';

/** The list `[{ token, logprob, top_logprobs: [{ token, logprob }] }]` of most wires; what is not of that form is left out. */
export function tokenLogprobs(list: unknown): readonly TokenLogprob[] {
  return asList(list).flatMap((each) => {
    const found = tokenOf(each);
    return found === undefined ? [] : [{ ...found, top: topOf(each) }];
  });
}

const topOf = (each: unknown): TokenLogprob['top'] =>
  asList(asRecord(each)['top_logprobs']).flatMap((top) => tokenOf(top) ?? []);

function tokenOf(value: unknown): Omit<TokenLogprob, 'top'> | undefined {
  const { token: text, logprob: likely } = asRecord(value);
  const token = asText(text);
  const logprob = asNumber(likely);
  return token === undefined || logprob === undefined ? undefined : { token, logprob };
}
