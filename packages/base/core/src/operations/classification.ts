import type { ChainDeps, Operation } from '../call/contract.ts';
import { fitVendorCalls } from '../prepare/vendor-calls.ts';
import { requireMedia } from '../prepare/fit-request.ts';
import { repairHistory } from '../prepare/history.ts';
import { fitImages } from '../prepare/media.ts';
import { mergeSystem } from '../prepare/output.ts';
import { dropForeignReplay } from '../prepare/replay.ts';
import { invalidError, unsupportedError, validate } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import { completeUsage } from '../stream/usage.ts';
import type { Basis, CalibrationCurve, Question, Questions } from '../types/classification.ts';
import { LlmError } from '../types/llm-error.ts';
import type { MajordomoOptions } from '../types/majordomo.ts';
import type { Message } from '../types/messages.ts';
import type { ClassificationRequest, ClassificationResponse } from '../types/operations.ts';
import type {
  ClassificationBackend,
  Distributions,
  MediaFitter,
  Model,
  ModelContext,
} from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import { anything, list, oneOf } from '../util/checks.ts';
import { isList } from '../util/values.ts';
import { answerError } from './answer-errors.ts';
import {
  answerOf,
  applyCurve,
  BASES,
  checkCalibration,
  checkedDistribution,
  curvesOf,
  optionCount,
} from './calibration.ts';
import { checkQuestions } from './check-questions.ts';
import { prepareSingle, requestCheck, sendInSequence, withUsage } from './single-response.ts';

/** Parts of a majordomo that a classification needs. */
interface Setup {
  readonly classification: MajordomoOptions['classification'];
  readonly deps: Pick<ChainDeps, 'transport'>;
  readonly media: MediaFitter | undefined;
  readonly modelAt: (target: Target) => Model;
}
type Curves = Readonly<Record<string, CalibrationCurve>>;

/** Answered questions of one target. */
interface Answered extends Distributions {
  readonly basis: Basis;
}

/** Creates the operation that answers questions with probabilities. */
export function classificationOperation(
  request: ClassificationRequest,
  setup: Setup,
): Operation<Answered, ClassificationResponse> {
  return {
    type: 'classification',
    validate: () => {
      validateClassification(request);
    },
    async prepare(target, scope) {
      const { key } = target;
      const curves = curvesAt(key, request);
      const sources = sourcesAt(target, request, curves, setup);
      // The emulations of a target have the same limits and timeouts, those of its chat model.
      const { images, timeouts } = sources[0];
      const fitted = await fitInput(request.input, images, { key, setup, scope });
      const bases = sources.map(({ basis }) => basis);
      const payload: ClassificationRequest = { ...request, input: fitted.input, bases };
      return prepareSingle({
        target: key,
        payload,
        capabilities: { images },
        timeouts,
        warnings: fitted.warnings,
        send: (context) => classifyBySources(sources, payload, context),
        result: (answered, common) => ({
          answers: answersTo(request.questions, answered, curves),
          ...common,
        }),
      });
    },
  };
}

const checkMembers = requestCheck<ClassificationRequest>(
  { input: anything },
  { questions: anything, calibration: anything, bases: list(oneOf(...BASES), 1), extra: anything },
  { messages: 'input', prompt: 'input', state: 'input', text: 'input' },
);

/** Throws `invalid-request` for an invalid request, and `config` for a calibration that does not belong to its questions. */
function validateClassification(request: ClassificationRequest): void {
  checkMembers(request);
  checkInput(request.input);
  checkQuestions(request.questions);
  checkCalibration(request);
}

function checkInput(input: unknown): void {
  if (typeof input === 'string') {
    if (input.trim() === '') throw invalidError('input', 'must not be empty');
    return;
  }
  if (!isList(input)) throw invalidError('input', 'must be a string or an array of messages');
  const messages = input as readonly Message[];
  try {
    validate({ messages });
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    const path = error.details.path?.replace(/^messages/, 'input') ?? 'input';
    throw new LlmError(error.kind, error.message.replace(/^messages/, 'input'), { path });
  }
  for (const [at, { parts }] of messages.entries())
    for (const [index, part] of parts.entries()) {
      const pieces = 'content' in part ? part.content : [part];
      if (pieces.some(({ type }) => type === 'file' || type === 'audio' || type === 'blob'))
        throw invalidError(
          `input[${at}].parts[${index}]`,
          'must contain only text and images; classify the text of a document or a recording',
        );
    }
}

/** Returns the curves of a target; `undefined` without a calibration. Throws `unsupported` if the target has none. */
function curvesAt(target: string, { calibration, questions }: ClassificationRequest): Curves | undefined {
  if (calibration === undefined) return undefined;
  const curves = curvesOf(target, calibration, questions);
  if (typeof curves === 'string') throw unsupportedError(target, curves);
  return curves;
}

type Sources = readonly [ClassificationBackend, ...ClassificationBackend[]];

/** Returns the accepted sources of a target, the best first. Throws `unsupported` if the target has none. */
function sourcesAt(
  target: Target,
  request: ClassificationRequest,
  curves: Curves | undefined,
  setup: Setup,
): Sources {
  const { key } = target;
  const accepted = acceptedBases(request, curves);
  const backends = backendsAt(target, accepted, setup);
  if (backends.length === 0) {
    const isEmulated = setup.classification !== undefined;
    const remedy = isEmulated
      ? ''
      : "; set createMajordomo's option classification to emulateClassification() of @majordomo/classify";
    throw unsupportedError(key, `does not classify with the bases ${accepted.join(', ')}${remedy}`);
  }
  const most = Math.max(...Object.values(request.questions).map(optionCount));
  const [first, ...others] = backends.filter(({ maxOptions = Infinity }) => most <= maxOptions);
  if (first !== undefined) return [first, ...others];
  const limit = Math.max(...backends.map(({ maxOptions = Infinity }) => maxOptions));
  throw unsupportedError(key, `accepts at most ${limit} options, not ${most}`, {
    path: 'questions',
    code: 'too-large',
  });
}

function acceptedBases({ bases }: ClassificationRequest, curves: Curves | undefined): readonly Basis[] {
  // Without a calibration, stated numbers are used only if the request accepts them.
  if (curves === undefined) return bases ?? ['vendor', 'logprobs'];
  const learned = new Set(Object.values(curves).map(({ basis }) => basis));
  return BASES.filter((basis) => learned.has(basis) && (bases?.includes(basis) ?? true));
}

/** Returns the vendor's API if its basis is accepted, otherwise the emulations. */
function backendsAt(
  target: Target,
  accepted: readonly Basis[],
  { classification, deps, modelAt }: Setup,
): readonly ClassificationBackend[] {
  const native = target.provider.classificationModel?.(target.modelId, deps.transport().env);
  if (native !== undefined && accepted.includes(native.basis)) return [native];
  // Token probabilities are better than stated numbers; see `BASES`.
  if (classification === undefined) return [];
  return (['logprobs', 'stated'] as const)
    .filter((basis) => accepted.includes(basis))
    .flatMap((basis) => classification(modelAt(target), basis) ?? []);
}

/** No family of replay tokens, because a source receives none: vendor calls become text, and reasoning is removed. */
const NO_FAMILIES: readonly string[] = [];

/** Fits the input to a target. The messages that remain contain only text, images, tool calls and tool results. */
async function fitInput(
  input: ClassificationRequest['input'],
  images: ClassificationBackend['images'],
  { key, setup, scope }: { key: string; setup: Setup; scope: { readonly signal: AbortSignal } },
): Promise<{ readonly input: ClassificationRequest['input']; readonly warnings: readonly Warning[] }> {
  if (typeof input === 'string') return { input, warnings: [] };
  const merged = mergeSystem({ messages: input });
  requireMedia(merged.messages, { images }, key);
  const calls = fitVendorCalls(merged.messages, NO_FAMILIES, key);
  const readable = dropForeignReplay(calls.messages, NO_FAMILIES, key);
  const repaired = repairHistory(readable.messages);
  const fitted = await fitImages(repaired.messages, images, setup.media, key, scope);
  const system: readonly Message[] =
    merged.system === undefined ? [] : [{ role: 'system', parts: [{ type: 'text', text: merged.system }] }];
  return {
    input: [...system, ...fitted.messages],
    warnings: [calls, readable, repaired, fitted].flatMap(({ warnings }) => warnings),
  };
}

/** Asks the first source. If it has no log probabilities, asks the next. */
async function classifyBySources(
  [source, ...others]: Sources,
  request: ClassificationRequest,
  context: ModelContext,
): Promise<Answered> {
  try {
    return await classifyInParts(source, request, context);
  } catch (error) {
    const [next, ...rest] = others;
    const hasNoLogprobs = LlmError.is(error, 'unsupported') && error.details.code === 'no-logprobs';
    if (!hasNoLogprobs || next === undefined) throw error;
    const spent = error.details.partial?.usage;
    try {
      const answered = await classifyBySources([next, ...rest], request, context);
      return {
        ...answered,
        usage: spent === undefined ? answered.usage : completeUsage([spent, answered.usage]),
      };
    } catch (cause) {
      throw withUsage(cause, context.target, [spent]);
    }
  }
}

/** Sends at most `maxQuestions` questions in each request, in sequence. */
async function classifyInParts(
  source: ClassificationBackend,
  request: ClassificationRequest,
  context: ModelContext,
): Promise<Answered> {
  const { basis, maxQuestions = Infinity } = source;
  const distributions: Record<string, readonly number[]> = {};
  const sent = await sendInSequence(
    partsOf(request.questions, maxQuestions),
    context,
    (questions) => source.classify({ ...request, questions }, context),
    (response, questions) => {
      Object.assign(distributions, checkedDistributions(response, questions, context.target));
    },
  );
  return { ...sent, basis, distributions };
}

function partsOf(questions: Questions, size: number): readonly Questions[] {
  const entries = Object.entries(questions);
  if (entries.length <= size) return [questions];
  const parts: Questions[] = [];
  for (let at = 0; at < entries.length; at += size)
    parts.push(Object.fromEntries(entries.slice(at, at + size)));
  return parts;
}

/** Returns normalized distributions. Throws `invalid-output` that names the question of an invalid distribution. */
function checkedDistributions(
  { distributions }: Distributions,
  questions: Questions,
  target: string,
): Record<string, readonly number[]> {
  const unknown = Object.keys(distributions).find((name) => !Object.hasOwn(questions, name));
  if (unknown !== undefined) throw answerError(target, unknown, 'was not asked');
  const checked = Object.entries(questions).map(([name, question]) => {
    const answer = Object.hasOwn(distributions, name) ? distributions[name] : undefined;
    const distribution = checkedDistribution(answer, question);
    if (typeof distribution === 'string') throw answerError(target, name, distribution);
    return [name, distribution] as const;
  });
  return Object.fromEntries(checked);
}

function answersTo(
  questions: Questions,
  { distributions, basis }: Answered,
  curves: Curves | undefined,
): ClassificationResponse['answers'] {
  const facts = { basis, isCalibrated: curves !== undefined };
  const answer = ([name, question]: readonly [string, Question]) => {
    const probabilities = distributions[name] ?? [];
    const curve = curves?.[name];
    return [
      name,
      answerOf(question, curve === undefined ? probabilities : applyCurve(probabilities, curve), facts),
    ];
  };
  return Object.fromEntries(Object.entries(questions).map(answer)) as ClassificationResponse['answers'];
}
