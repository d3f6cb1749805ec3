import { Stop } from '../exit.ts';

/** Parses a positive integer. Throws `Stop` for anything else. */
export function positiveInteger(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Stop(`${option} must be a positive integer, not "${text}"`);
  return Number(text);
}
