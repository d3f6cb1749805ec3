import {
  type ChatResponse,
  type ClassificationBackend,
  type ClassificationRequest,
  LlmError,
  type Model,
  type ModelContext,
  type Question,
  type TokenLogprob,
} from '@majordomo/core';
import {
  answerError,
  completeUsage,
  derivedSignal,
  LABEL_TOKENS,
  optionCount,
  refusedQuestionError,
  Semaphore,
  withUsage,
} from '@majordomo/core/toolkit';
import { ask, isRefused } from './ask.ts';
import { LABEL_SYSTEM, promptOf, questionText } from './prompt.ts';

/** Number of alternatives per token, which is OpenAI's maximum. Each option needs one. */
const ALTERNATIVES = 20;
/** Labels of options. Each is one token for every usual tokenizer. */
const LABELS = 'ABCDEFGHIJKLMNOPQRST'.split('');
/** Maximum number of simultaneous requests of a classification. */
const MAX_REQUESTS = 8;
/** Minimum share of the labels in the probability mass. */
const MIN_MASS = 0.5;

/** Models that returned no log probabilities. */
const incapable = new WeakSet<Model>();

/** Returns the emulation that reads the probabilities of one label token per question; `undefined` if the model reports none. */
export function logprobsBackend(model: Model): ClassificationBackend | undefined {
  if (incapable.has(model)) return undefined;
  return {
    id: model.id,
    basis: 'logprobs',
    images: model.capabilities.images,
    maxOptions: ALTERNATIVES,
    timeouts: model.timeouts,
    classify: (request, context) => classify(model, request, context),
  };
}

type Named = readonly [name: string, distribution: readonly number[]];

async function classify(
  model: Model,
  request: ClassificationRequest,
  context: ModelContext,
): ReturnType<ClassificationBackend['classify']> {
  // All requests share one listener on the signal of the call, which `release` removes.
  const own = derivedSignal(context.signal);
  const stop = new AbortController();
  const signal = AbortSignal.any([own.signal, stop.signal]);
  const limit = new Semaphore(MAX_REQUESTS);
  const responses: ChatResponse[] = [];
  let failure: { readonly error: unknown } | undefined;
  const answers = await Promise.all(
    Object.entries(request.questions).map(async ([name, question]) => {
      const send = async (): Promise<Named> => {
        try {
          const response = await ask(model, chatRequest(model, request, question), { ...context, signal });
          responses.push(response);
          return [name, distributionOf(response, { name, question, model, target: context.target })];
        } catch (error) {
          failure ??= { error };
          // The answers to the other questions are not needed.
          stop.abort(error);
          throw error;
        }
      };
      // The failure is thrown after all requests have ended.
      return limit.run(signal, send).catch(() => undefined);
    }),
  ).finally(() => {
    own.release();
  });
  context.signal.throwIfAborted();
  const usages = responses.map(({ usage }) => usage);
  if (failure !== undefined) throw withUsage(failure.error, context.target, usages);
  // The first response represents all, because the requests differ only in the question.
  const [first] = responses;
  return {
    distributions: Object.fromEntries(answers.filter((answer) => answer !== undefined)),
    ...(first?.model !== undefined && { model: first.model }),
    ...(first?.vendor !== undefined && { vendor: first.vendor }),
    usage: completeUsage(usages),
    warnings: first?.warnings ?? [],
  };
}

const chatRequest = (
  model: Model,
  { input, extra }: ClassificationRequest,
  question: Question,
): Parameters<typeof ask>[1] => ({
  system: LABEL_SYSTEM,
  messages: [promptOf(input, questionText(question, LABELS))],
  // One token is a label. The Responses API accepts no smaller maximum than `LABEL_TOKENS`.
  maxTokens: model.wire === 'openai-responses' ? LABEL_TOKENS : 1,
  temperature: 0,
  reasoning: 'none',
  logprobs: ALTERNATIVES,
  extra,
});

interface Asked {
  readonly name: string;
  readonly question: Question;
  readonly model: Model;
  readonly target: string;
}

/** Returns the probabilities of the labels, relative to each other. */
function distributionOf(response: ChatResponse, { name, question, model, target }: Asked): readonly number[] {
  if (isRefused(response)) throw refusedQuestionError(target, name);
  const token = response.logprobs?.find((each) => each.token.trim() !== '' && each.top.length > 0);
  if (token === undefined) {
    // The model reports log probabilities, but this answer contains only white space.
    if (response.logprobs?.some(({ top }) => top.length > 0) === true)
      throw answerError(target, name, 'is not a label: it contains only white space');
    incapable.add(model);
    throw noLogprobs(target);
  }
  const alternatives = alternativesOf(token);
  const labels = LABELS.slice(0, optionCount(question));
  const masses = labels.map((label) =>
    alternatives
      .filter((each) => each.token.trim() === label)
      .reduce((sum, each) => sum + each.probability, 0),
  );
  const mass = masses.reduce((sum, each) => sum + each, 0);
  if (mass < MIN_MASS)
    throw answerError(target, name, `is not a label: the labels have ${mass.toFixed(2)} of the probability`);
  // A label that is not listed has at most the smallest probability of the list.
  const smallest = Math.min(...alternatives.map(({ probability }) => probability));
  const complete = masses.map((each) => (each === 0 ? smallest : each));
  const sum = complete.reduce((total, each) => total + each, 0);
  return complete.map((each) => each / sum);
}

/** Returns the listed tokens with their probabilities, including the chosen token. */
function alternativesOf({
  token,
  logprob,
  top,
}: TokenLogprob): readonly { token: string; probability: number }[] {
  const isListed = top.some((each) => each.token === token);
  return (isListed ? top : [...top, { token, logprob }]).map((each) => ({
    token: each.token,
    probability: Math.exp(each.logprob),
  }));
}

function noLogprobs(target: string): LlmError {
  const message = `${target} returned no log probabilities; accept stated probabilities with bases: ['stated']`;
  return new LlmError('unsupported', message, { target, code: 'no-logprobs' });
}
