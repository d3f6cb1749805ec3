import { LlmError } from './contract/llm-error.ts';

/** Throws `config` with the place for a number that cannot be meant: NaN, one below `least`, a text. `of`: whose, and a colon. */
export function checkNumber(value: unknown, least: number, path: string, of = ''): void {
  if (value === undefined || (typeof value === 'number' && value >= least)) return;
  const given = typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
  throw new LlmError('config', `${of}${path} must be a number of ${least} or more, not ${given}`, { path });
}
