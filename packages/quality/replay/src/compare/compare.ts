import type { ChatRequest, LlmError, Message, ToolCallPart } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';
import { digest, textOf, toolCallsOf } from '@majordomo/evals/internal';
import type { Candidate } from '../experiment/definition.ts';
import type { AnswerContent, Divergence } from '../traffic/answer.ts';
import type { Comparison } from './comparison.ts';
import { differingPaths } from './differing-paths.ts';
import { divergencesOf } from './divergences.ts';
import { badCalls, failureOf } from './format.ts';
import { languageOf } from './language.ts';

/** Recorded answer and another answer to the same call. */
interface ComparedAnswers {
  readonly request: ChatRequest;
  readonly recorded: AnswerContent;
  /** Messages between the request and the recorded answer, if complete runs are compared. */
  readonly recordedSteps?: readonly Message[] | undefined;
  /** Request of the other answer, which `change` may have changed. */
  readonly changed: ChatRequest;
  readonly response: AnswerContent | undefined;
  /** Messages between the request and the other answer. */
  readonly steps?: readonly Message[] | undefined;
  /** Whether the other answer calls tools after the last step that is allowed. */
  readonly hasTooManySteps?: boolean | undefined;
  /** Failure of the model, instead of a response. */
  readonly error: LlmError | undefined;
  readonly sameArgument: Candidate['sameArgument'];
}

/** Result without the times. `score` is `undefined` if a check or a judge must decide. */
export interface Outcome extends Pick<Comparison, 'failure' | 'differences' | 'divergences'> {
  readonly score: number | undefined;
  /** Step that decided. Has no meaning without a score. */
  readonly by: Comparison['by'];
}

/** Compares an answer with the recorded one by failures, formats and equality. */
export async function compareAnswers(compared: ComparedAnswers): Promise<Outcome> {
  const { request, recorded, changed, response, error } = compared;
  const before = await failureOf(request, recorded);
  const failure = response === undefined ? (error?.kind ?? 'error') : await failureOf(changed, response);
  const found = response === undefined ? NOTHING : await differencesOf(compared, response);
  if (failure !== undefined || before !== undefined) {
    const by = (failure ?? before) === 'format' ? 'format' : 'failure';
    const failed = failure === undefined ? [] : [`failure ${failure}`];
    return { ...found, differences: failed, failure, score: scoreOf(before, failure), by };
  }
  const isEqual = found.differences.length === 0;
  return { ...found, failure, score: isEqual ? 0 : undefined, by: 'equal' };
}

const NOTHING = { differences: [], divergences: [] } as const;

/** Returns 1 if only the recorded answer failed, -1 if only the other answer failed, and 0 if both failed. */
function scoreOf(before: string | undefined, failure: string | undefined): number {
  if (before !== undefined && failure !== undefined) return 0;
  return failure === undefined ? 1 : -1;
}

type Differences = Pick<Comparison, 'differences' | 'divergences'>;

async function differencesOf(compared: ComparedAnswers, response: AnswerContent): Promise<Differences> {
  const { request, recorded } = compared;
  const divergences = await divergencesIn(compared, response);
  const found = [...divergences.map(describe), ...mediaDifferences(recorded, response)];
  // A text next to tool calls is not compared.
  if (callsOf(response).length > 0 || callsOf(recorded).length > 0)
    return { divergences, differences: found };
  const texts = { before: answerText(recorded), after: answerText(response) };
  const differences =
    request.output === undefined ? textDifferences(texts) : valueDifferences(texts, request.output);
  return { divergences, differences: [...found, ...differences] };
}

/** Returns the differences between all tool calls of both answers and of their steps. */
async function divergencesIn(
  compared: ComparedAnswers,
  response: AnswerContent,
): Promise<readonly Divergence[]> {
  const { request, recorded, recordedSteps = [], changed, steps = [], sameArgument } = compared;
  const calls = [...steps.flatMap(toolCallsOf), ...callsOf(response)];
  const recordedCalls = [...recordedSteps.flatMap(toolCallsOf), ...callsOf(recorded)];
  if (calls.length === 0 && recordedCalls.length === 0) return [];
  const messages = [...request.messages, ...recordedSteps];
  const last = calls.at(-1);
  return [
    ...(await badCalls(changed, response)),
    ...divergencesOf(recordedCalls, calls, { request: { ...request, messages }, sameArgument }),
    ...(compared.hasTooManySteps === true && last
      ? [{ type: 'too-many-steps', tool: last.name } as const]
      : []),
  ];
}

const callsOf = ({ parts }: AnswerContent): readonly ToolCallPart[] =>
  toolCallsOf({ role: 'assistant', parts });

const answerText = ({ parts }: AnswerContent): string => textOf({ role: 'assistant', parts });

/** Returns words for a divergence, such as `different arguments of search at /q`. */
const describe = ({ type, tool, paths = [] }: Divergence): string =>
  `${WORDS[type] ?? type.replaceAll('-', ' ')} of ${tool}${paths.length === 0 ? '' : ` at ${paths.map((path) => path || '/').join(' ')}`}`;

const WORDS: Partial<Record<Divergence['type'], string>> = {
  'other-arguments': 'different arguments',
  'too-many-steps': 'too many steps with calls',
};

interface Texts {
  readonly before: string;
  readonly after: string;
}

/** `schema`: the `output` of the request. The value `json` describes nothing, so all members are compared. */
function valueDifferences({ before, after }: Texts, schema: unknown): readonly string[] {
  const values = { a: tryParseJson(before), b: tryParseJson(after) };
  return differingPaths(values.a, values.b, { schema }).map((path) =>
    path === '' ? 'the value differs' : `field ${path} differs`,
  );
}

/** Factor from which the length of a text differs. */
const LENGTH_FACTOR = 2;

function textDifferences({ before, after }: Texts): readonly string[] {
  const [a, b] = [plain(before), plain(after)];
  if (a === b) return [];
  const found = [
    ...otherLanguage(languageOf(before), languageOf(after)),
    ...(b.length * LENGTH_FACTOR < a.length ? ['shorter than half'] : []),
    ...(b.length > a.length * LENGTH_FACTOR ? ['longer than twice'] : []),
  ];
  return found.length === 0 ? ['other words'] : found;
}

/** Languages that a short text does not reveal. */
const UNKNOWN: ReadonlySet<string> = new Set(['latin', 'none']);

const otherLanguage = (before: string, after: string): readonly string[] =>
  before === after || UNKNOWN.has(before) || UNKNOWN.has(after) ? [] : [`answered in ${after}`];

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();

const MEDIA = ['image', 'audio'] as const;
const CHANGES = ['missing', 'additional', 'other'] as const;
const MEDIA_DIFFERENCES: ReadonlySet<string> = new Set(
  CHANGES.flatMap((change) => MEDIA.map((type) => `${change} ${type}`)),
);

/** Returns the differences of images and audio by their content, such as `other image`. */
const mediaDifferences = (recorded: AnswerContent, response: AnswerContent): readonly string[] =>
  MEDIA.flatMap((type) => {
    const [before, after] = [mediaOf(recorded, type), mediaOf(response, type)];
    if (before.length > after.length) return [`missing ${type}`];
    if (before.length < after.length) return [`additional ${type}`];
    return before.every((content, at) => content === after[at]) ? [] : [`other ${type}`];
  });

/** Whether a difference is one of `mediaDifferences`. */
export const isMediaDifference = (difference: string): boolean => MEDIA_DIFFERENCES.has(difference);

/** Returns digests of the parts of one type. */
const mediaOf = ({ parts }: AnswerContent, type: string): readonly string[] =>
  parts.flatMap((part) =>
    part.type === type && 'bytes' in part ? [digest([part.mediaType, part.bytes])] : [],
  );
