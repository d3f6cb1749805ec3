import { extraFor, wellFormedJson } from '@majordomo/wire-kit';
import { definedMembers } from '@majordomo/wire-kit/internal';

interface WithExtra {
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** Merges the caller's `extra` into a body. Properties under the provider's id replace those under the API's name. */
export function mergeExtra(
  body: Readonly<Record<string, unknown>>,
  { extra }: WithExtra,
  wire: string,
  target: string,
): Readonly<Record<string, unknown>> {
  return definedMembers({ ...body, ...extraFor(extra, wire, target) }) ?? {};
}

/** Returns the body as JSON, with U+FFFD in place of lone surrogates. */
export const jsonBody = (body: object): string => wellFormedJson(JSON.stringify(body));
