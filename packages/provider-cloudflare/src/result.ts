import { isRecord } from '@majordomo/core/toolkit';
import type { CallFacts } from '@majordomo/wire-kit';
import { inBandError } from './errors.ts';

/** What a run gave: REST puts it into an envelope, the binding does not. Throws what was refused inside a good answer. */
export function resultOf(body: unknown, facts: CallFacts): unknown {
  if (!isRecord(body)) return body;
  const { result, success, errors } = body;
  if (success === false || (errors !== undefined && !result)) throw inBandError(body, facts);
  return 'result' in body ? result : body;
}
