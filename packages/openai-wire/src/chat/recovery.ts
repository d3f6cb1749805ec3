import type { Recovery } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import type { ReportedFailure } from '../failure/reported.ts';
import { isEffortBesideTools } from '../failure/kind.ts';
import { FORGET } from '../failure/forget.ts';
import {
  blamesBody,
  failsAtGrammar,
  refusesStrict,
  simplerSchemas,
  toldSchema,
  unstrict,
  withExtra,
  type SentBody,
} from '../failure/recovery.ts';
import { withoutRefusedMember } from '../failure/refused-member.ts';
import { answeredAfterTools, BETWEEN } from '../transcript/after-tools.ts';
import { schemaFormat } from './format.ts';
import { NOT_OURS } from './signatures.ts';
import { toolsToWire } from './tools.ts';

/**
 * The changed request that may succeed after a 400 or 422: without signed reasoning that is refused, without what a
 * grammar cannot say, without strict schemas, or without the member of the body that was named as unknown or
 * unsupported. `undefined` where nothing was named that was sent, or nothing that can be spared.
 */
export function recoveryFor(
  failure: ReportedFailure,
  status: number,
  sent: SentBody,
  family = '',
): Recovery | undefined {
  if (!blamesBody(status)) return undefined;
  if (SIGNATURE.test(failure.message) && hasDetails(sent)) return FORGET;
  if (failsAtGrammar(failure)) return simplerSchemas(sent);
  if (refusesStrict(failure, sent)) return UNSTRICT;
  const schemaTold = toldSchema(failure, sent, (format) => ({ response_format: format }));
  if (schemaTold !== undefined) return schemaTold;
  if (isEffortBesideTools(failure) && sent['reasoning_effort'] !== 'none') return WITHOUT_EFFORT;
  if (UNSIGNED.test(failure.message)) return signed(family);
  if (ROLE_ORDER.test(failure.message)) return ANSWERED;
  return withoutRefusedMember(failure, sent);
}

/** Effort that a model of OpenAI takes over Responses alone where there are tools (several clients, 2026). */
const WITHOUT_EFFORT: Recovery = {
  id: 'effort beside tools',
  what: 'reasoning_effort "none" sent beside tools',
  apply: (request) => withExtra(request, { reasoning_effort: 'none' }),
  remember: true,
  isNeededFor: ({ tools }) => tools.length > 0,
};

/** Mistral's own words, and those of chat templates (NIM, vLLM; 2025-2026). */
const ROLE_ORDER = /unexpected role ['"`]user['"`] after role ['"`]tool['"`]/i;

const ANSWERED: Recovery = {
  id: 'after tools',
  what: `"${BETWEEN}" put between the results of tools and the user`,
  apply: (request) => ({ ...request, messages: answeredAfterTools(request.messages) }),
  remember: true,
  isNeededFor: ({ messages }) => messages.some(({ role }) => role === 'tool'),
};

/** What Gemini says of calls that it did not sign itself, as those of another model (2026). */
const UNSIGNED = /missing (?:a |the )?[`'"]?thought_signature/i;

/** The first call of a turn is the one that is checked. */
const signed = (family: string): Recovery => ({
  id: 'thought signature',
  what: 'calls without a signature marked as not signed',
  apply: (request) => ({
    ...request,
    messages: request.messages.map((message) => {
      if (message.role !== 'assistant') return message;
      const first = message.parts.find(({ type }) => type === 'tool-call');
      if (first === undefined || first.replay !== undefined) return message;
      const marked = { ...first, replay: { family, data: NOT_OURS } };
      return { ...message, parts: message.parts.map((part) => (part === first ? marked : part)) };
    }),
  }),
  remember: true,
  isNeededFor: ({ messages }) => messages.some(({ role }) => role === 'tool'),
});

/** What a vendor behind a gateway says of reasoning that it did not sign, or not for this turn (2026). */
const SIGNATURE =
  /thinking(?:(?!thinking)[^])*(?:signature|cannot be modified|must remain as they|bound to)|signature(?:(?!signature)[^])*thinking/i;

const hasDetails = ({ messages }: SentBody): boolean =>
  Array.isArray(messages) && messages.some((each: unknown) => isRecord(each) && 'reasoning_details' in each);

const UNSTRICT: Recovery = unstrict(
  ({ name, schema }) => ({ response_format: schemaFormat({ name, schema, strict: false }) }),
  toolsToWire,
);
