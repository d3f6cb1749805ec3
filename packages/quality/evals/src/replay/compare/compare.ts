import type { ChatRequest, LlmError } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';
import { textOf, toolCallsOf } from '../../output.ts';
import type { AnswerContent, Divergence } from '../answer.ts';
import type { Candidate } from '../definition.ts';
import type { Comparison } from '../report/results.ts';
import { languageOf } from '../language.ts';
import { differingPaths } from './differing-paths.ts';
import { divergencesOf } from './divergences.ts';
import { badCalls, failureOf } from './format.ts';

/** Recorded answer and another answer to the same call. */
export interface ComparedAnswers {
  readonly request: ChatRequest;
  readonly recorded: AnswerContent;
  /** Request of the other answer, which `change` may have changed. */
  readonly changed: ChatRequest;
  readonly response: AnswerContent | undefined;
  /** Failure of the model, instead of a response. */
  readonly error: LlmError | undefined;
  readonly sameArgument: Candidate['sameArgument'];
}

/** Result without the times. `score` is `undefined` if a check or a judge must decide. */
export interface Outcome extends Pick<Comparison, 'failure' | 'differences' | 'divergences'> {
  readonly score: number | undefined;
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

function scoreOf(before: string | undefined, failure: string | undefined): number {
  if (before !== undefined && failure !== undefined) return 0;
  return failure === undefined ? 1 : -1;
}

type Differences = Pick<Comparison, 'differences' | 'divergences'>;

async function differencesOf(compared: ComparedAnswers, response: AnswerContent): Promise<Differences> {
  const { request, recorded, changed, sameArgument } = compared;
  const calls = toolCallsOf({ role: 'assistant', parts: response.parts });
  const recordedCalls = toolCallsOf({ role: 'assistant', parts: recorded.parts });
  if (calls.length > 0 || recordedCalls.length > 0) {
    const bad = await badCalls(changed, response);
    const divergences = [...bad, ...divergencesOf(recordedCalls, calls, { request, sameArgument })];
    return { divergences, differences: divergences.map(describe) };
  }
  const texts = { before: answerText(recorded), after: answerText(response) };
  if (request.output === undefined) return { divergences: [], differences: textDifferences(texts) };
  return { divergences: [], differences: valueDifferences(texts, request.output) };
}

const answerText = ({ parts }: AnswerContent): string => textOf({ role: 'assistant', parts });

/** Returns words for a divergence, such as `different arguments of search at /q`. */
const describe = ({ type, tool, paths = [] }: Divergence): string =>
  `${WORDS[type] ?? type.replaceAll('-', ' ')} of ${tool}${paths.length === 0 ? '' : ` at ${paths.map((path) => path || '/').join(' ')}`}`;

const WORDS: Partial<Record<Divergence['type'], string>> = {
  'other-arguments': 'different arguments',
};

interface Texts {
  readonly before: string;
  readonly after: string;
}

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
