import { isProgram } from '../check-options.ts';
import type { McpEndpoint } from '../options.ts';

/** Shorter values are too common to be masked. */
const MIN_LENGTH = 8;

/** Returns values that must not be shown: those of the endpoint, and parts of them. */
export function secretsOf(place: McpEndpoint): readonly string[] {
  if (isProgram(place)) return withParts(Object.values(place.env ?? {}), '\n');
  const { headers = {}, credential } = place;
  const token = typeof credential === 'string' ? [credential] : [];
  // The key follows the name of the scheme.
  return [...token, ...withParts(Object.values(headers), ' ')];
}

const withParts = (values: readonly unknown[], by: string): readonly string[] =>
  values
    .filter((value) => typeof value === 'string')
    .flatMap((value) => [value, ...value.split(by)])
    .filter(({ length }) => length >= MIN_LENGTH);
