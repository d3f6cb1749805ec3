import { isProgram } from '../check-options.ts';
import type { McpEndpoint } from '../options.ts';

/** What is shorter is too common in texts to be masked, and guards nothing. */
const MIN_LENGTH = 8;

/** What must not be shown: values that the app wrote into the place, and parts of them that may stand alone. */
export function secretsOf(place: McpEndpoint): readonly string[] {
  if (isProgram(place)) return withParts(Object.values(place.env ?? {}), '\n');
  const { headers = {}, credential } = place;
  const token = typeof credential === 'string' ? [credential] : [];
  // Behind the name of a scheme stands the key.
  return [...token, ...withParts(Object.values(headers), ' ')];
}

/** Untyped code gives what is no text. */
const withParts = (values: readonly unknown[], by: string): readonly string[] =>
  values
    .filter((value) => typeof value === 'string')
    .flatMap((value) => [value, ...value.split(by)])
    .filter(({ length }) => length >= MIN_LENGTH);
