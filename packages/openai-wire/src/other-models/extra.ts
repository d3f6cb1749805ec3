import { extraFor, wellFormedJson } from '@majordomo/wire-kit';

interface Asked {
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** A body with what the caller adds: the wire's entries first, then the provider's over them; unset fields are not in it. */
export function withExtra(
  body: Readonly<Record<string, unknown>>,
  { extra }: Asked,
  wire: string,
  target: string,
): Readonly<Record<string, unknown>> {
  const all = { ...body, ...extraFor(extra, wire, target) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** JSON in which lone surrogates are U+FFFD. */
export const jsonBody = (body: object): string => wellFormedJson(JSON.stringify(body));
