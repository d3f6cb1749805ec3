import { definedMembers, extraFor, wellFormedJson } from '@majordomo/wire-kit';

interface WithExtra {
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** Merges the caller's `extra` into a body. Members of the provider take precedence over members of the wire. */
export function mergeExtra(
  body: Readonly<Record<string, unknown>>,
  { extra }: WithExtra,
  wire: string,
  target: string,
): Readonly<Record<string, unknown>> {
  return definedMembers({ ...body, ...extraFor(extra, wire, target) }) ?? {};
}

/** Returns JSON in which lone surrogates are U+FFFD. */
export const jsonBody = (body: object): string => wellFormedJson(JSON.stringify(body));
