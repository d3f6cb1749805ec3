import type {
  Calibration,
  CallInfo,
  ChatRequest,
  ClassificationModel,
  Message,
  Resolver,
  UserMessage,
} from '@majordomo/core';
import { LlmError } from '@majordomo/core';
import { atLeast, checkOptions, checkQuestions, type Kinds } from '@majordomo/core/toolkit';

/** Options of `classificationRoute`. */
export interface RouteOptions<Choices extends Readonly<Record<string, string>>> {
  /** Name that the resolver resolves, which is also the name of the question in `calibration`. */
  readonly name: string;
  /** Model that answers the question. */
  readonly model: ClassificationModel;
  /** Question about the last user message. */
  readonly instructions: string;
  /** Choices with descriptions, which may be empty. */
  readonly choices: Choices;
  /** Spec of each choice. */
  readonly specs: { readonly [Name in keyof Choices]: string };
  /** Spec if the classification fails, the request has no user message, or the choice is less probable than `atLeast`. */
  readonly otherwise: string;
  /** Minimum probability of the choice, from 0 to 1. @default 0 */
  readonly atLeast?: number | undefined;
  /** Calibration that contains the question. @default none */
  readonly calibration?: Calibration | undefined;
}

const KINDS: Kinds = {
  name: 'string',
  model: 'object with classify',
  instructions: 'string',
  choices: 'object',
  specs: 'object',
  otherwise: 'string',
  atLeast: atLeast(0),
  calibration: 'object',
};

/**
 * Returns a resolver for `name` that classifies the last user message and returns the spec of the chosen name. The resolver never
 * rejects: if the classification fails, it returns `otherwise`. Throws `config` for a choice without a spec.
 *
 * @example
 * majordomo.resolver(classificationRoute({ name: 'chat', model, instructions: 'How hard is the question?', choices, specs, otherwise }));
 */
export function classificationRoute<const Choices extends Readonly<Record<string, string>>>(
  options: RouteOptions<Choices>,
): Resolver {
  const required = ['name', 'model', 'instructions', 'choices', 'specs', 'otherwise'];
  checkOptions('classificationRoute', options, KINDS, required);
  const { name, model, instructions, choices, otherwise, atLeast: minProbability = 0, calibration } = options;
  const questions = { [name]: { type: 'choice', instructions, choices } } as const;
  checkQuestions(questions);
  const specs: Readonly<Record<string, unknown>> = options.specs;
  for (const choice of Object.keys(choices))
    if (typeof specs[choice] !== 'string')
      throw new LlmError('config', `classificationRoute: specs.${choice} is missing; it must be a spec`, {
        path: `specs.${choice}`,
      });
  return async (requested, { call, request, signal }) => {
    if (requested !== name) return undefined;
    const input = lastUserMessage(request);
    if (input === undefined) return otherwise;
    try {
      const classification = { input: [input], questions, calibration };
      const { answers } = await model.classify(classification, { signal, ...callerOf(call) });
      const answer = answers[name];
      if (answer?.type !== 'choice') return otherwise;
      const { choice, probabilities } = answer;
      const isLikely = (probabilities[choice] ?? 0) >= minProbability;
      return isLikely ? (specs[choice] as string) : otherwise;
    } catch {
      return otherwise;
    }
  };
}

const callerOf = (call: CallInfo | undefined): Partial<Pick<CallInfo, 'tenant' | 'metadata'>> =>
  call === undefined ? {} : { tenant: call.tenant, metadata: call.metadata };

/** Returns the text and images of the last user message; `undefined` if it has none. */
function lastUserMessage(request: ChatRequest | undefined): UserMessage | undefined {
  const last = request?.messages.findLast((message: Message) => message.role === 'user');
  if (last?.role !== 'user') return undefined;
  const parts = last.parts.filter(({ type }) => type === 'text' || type === 'image');
  return parts.length === 0 ? undefined : { role: 'user', parts };
}
