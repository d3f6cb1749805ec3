import { Stop } from '../program/exit.ts';

/** Parses a pair such as `seed=7`. A value that is not JSON is a string. `option`: name of the flag, for error messages. */
export function pair(text: string, option = '-o'): readonly [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new Stop(`${option} must be key=value, such as seed=7, not "${text}"`);
  return [text.slice(0, at), jsonOrText(text.slice(at + 1))];
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
