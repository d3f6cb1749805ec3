import { Stop } from './exit.ts';

/** Parses a positive integer of at most 15 digits. Throws `Stop` for any other text. */
export function positiveInteger(option: string, text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new Stop(`${option} must be a positive integer, not "${text}"`);
  return Number(text);
}
