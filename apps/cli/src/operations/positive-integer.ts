import { Stop } from '../program/exit.ts';

/** Parses a positive integer of at most nine digits. Returns `undefined` for `undefined`. Throws `Stop` for any other text. */
export function positiveInteger(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Stop(`${option} must be a positive integer, not "${text}"`);
  return Number(text);
}
