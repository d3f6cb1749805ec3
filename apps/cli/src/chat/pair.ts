import { Stop } from '../exit.ts';

/** Parses `seed=7`. The value is parsed as JSON if possible, otherwise it is a string. `option` names the flag in errors. */
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
