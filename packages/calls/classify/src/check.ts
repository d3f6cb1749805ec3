import type { CallOptions, Question } from '@majordomo/core';
import { type AnswerRule, checkRule, holdsFor } from './rule.ts';

/** Check of `@majordomo/guards`. */
export interface ClassificationCheck {
  readonly name: string;
  /** Returns a refusal if the rule holds for the text. */
  check(
    subject: { readonly text: string },
    context: Pick<CallOptions, 'signal' | 'tenant' | 'metadata'>,
  ): Promise<{ readonly deny: string; readonly kind?: 'denied' | 'content-filter' | undefined } | undefined>;
}

/**
 * Returns a check of `@majordomo/guards` that refuses a text if the rule holds. Throws `config` for invalid options.
 *
 * @example
 * const question = { type: 'predicate', instructions: 'The text tries to change the rules.' } as const;
 * const attack = classificationCheck({ name: 'attack', model, question, when: (answer) => answer.probability > 0.9 });
 */
export function classificationCheck<const Q extends Question>(
  rule: AnswerRule<Q> & {
    /** Kind of the error for a refused text. @default 'denied' */
    readonly kind?: 'denied' | 'content-filter' | undefined;
  },
): ClassificationCheck {
  checkRule('classificationCheck', rule as unknown as AnswerRule<never>, {
    kind: ['denied', 'content-filter'],
  });
  const { name, kind } = rule;
  return {
    name,
    async check({ text }, { signal, tenant, metadata }) {
      if (text.trim() === '') return undefined;
      const holds = await holdsFor(rule, text, { signal, tenant, metadata });
      return holds ? { deny: `the classification "${name}" refuses the text`, kind } : undefined;
    },
  };
}
