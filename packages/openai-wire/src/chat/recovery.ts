import type { Recovery } from '@majordomo/core';
import { isRecord } from '@majordomo/core/provider';
import type { ReportedFailure } from '../failure/failure.ts';
import { FORGET } from '../failure/forget.ts';
import {
  blamesBody,
  failsAtGrammar,
  refusesStrict,
  simplerSchemas,
  unstrict,
  type SentBody,
} from '../failure/recoveries.ts';
import { withoutRefusedMember } from '../failure/refused-member.ts';
import { schemaFormat } from './format.ts';
import { toolsToWire } from './tools.ts';

/**
 * The changed request that may succeed after a 400 or 422: without signed reasoning that is refused, without what a
 * grammar cannot say, without strict schemas, or without the member of the body that was named as unknown or
 * unsupported. `undefined` where nothing was named that was sent, or nothing that can be spared.
 */
export function recoveryFor(failure: ReportedFailure, status: number, sent: SentBody): Recovery | undefined {
  if (!blamesBody(status)) return undefined;
  if (SIGNATURE.test(failure.message) && hasDetails(sent)) return FORGET;
  if (failsAtGrammar(failure)) return simplerSchemas(sent);
  if (refusesStrict(failure, sent)) return UNSTRICT;
  return withoutRefusedMember(failure, sent);
}

/** What a vendor behind a gateway says of reasoning that it did not sign, or not for this turn (2026). */
const SIGNATURE =
  /thinking[^]*(?:signature|cannot be modified|must remain as they|bound to)|signature[^]*thinking/i;

const hasDetails = ({ messages }: SentBody): boolean =>
  Array.isArray(messages) && messages.some((each: unknown) => isRecord(each) && 'reasoning_details' in each);

const UNSTRICT: Recovery = unstrict(
  ({ name, schema }) => ({ response_format: schemaFormat({ name, schema, strict: false }) }),
  toolsToWire,
);
