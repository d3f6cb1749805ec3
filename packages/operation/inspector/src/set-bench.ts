import type { Health } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { Refusal } from './answers.ts';
import { readBody } from './read-body.ts';

/** Maximum duration of a bench: one year, in milliseconds. */
const MAX_MS = 31_536_000_000;

/** Benches a target for `ms` milliseconds, or until its release if `ms` is null. Releases the target if `ms` is absent. */
export async function setBench(request: Request, health: Health): Promise<void> {
  const { target, ms } = asRecord(await readBody(request));
  if (typeof target !== 'string' || !/^[^\s,/]{1,100}\/[^\s,]{0,300}$/.test(target))
    throw new Refusal(400, 'target: must be a target such as openai/gpt-5.4, or a provider such as openai/');
  if (ms === undefined) health.unbench(target);
  else if (ms === null) health.bench(target, Infinity);
  else if (typeof ms === 'number' && ms > 0 && ms <= MAX_MS) health.bench(target, ms);
  else throw new Refusal(400, 'ms: must be a number above 0 and at most 31,536,000,000 (a year), or null');
}
