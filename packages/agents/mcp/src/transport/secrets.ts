import { isProgram } from '../addresses.ts';
import type { McpEndpoint } from '../options.ts';

/** Minimum length of a value to mask. Shorter values occur in ordinary text. */
const MIN_LENGTH = 8;

/** Returns the endpoint's secret values, and parts of these values that are also secret. */
export function secretsOf(place: McpEndpoint): readonly string[] {
  if (isProgram(place)) return withParts(Object.values(place.env ?? {}), '\n');
  const { headers = {}, credential } = place;
  const token = typeof credential === 'string' ? [credential] : [];
  // A value such as `Bearer KEY` contains the key after the scheme.
  return [...token, ...withParts(Object.values(headers), ' ')];
}

const withParts = (values: readonly unknown[], by: string): readonly string[] =>
  values
    .filter((value) => typeof value === 'string')
    .flatMap((value) => [value, ...value.split(by)])
    .filter(({ length }) => length >= MIN_LENGTH);
