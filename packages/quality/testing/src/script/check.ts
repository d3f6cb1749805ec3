import { didYouMean, isList, isRecord } from '@majordomo/core/toolkit';
import {
  ANSWER_TURN,
  DISTRIBUTIONS_TURN,
  FAIL_TURN,
  HANG_TURN,
  KINDS,
  AUDIO_TURN,
  RANKING_TURN,
  TRANSCRIPT_TURN,
  USAGE,
  VECTORS_TURN,
  VERDICTS_TURN,
} from './members.ts';
import type { OperationName } from './operation-answer.ts';

const OPERATIONS: Readonly<
  Record<OperationName, { readonly answer: object; readonly member: string; readonly what: string }>
> = {
  embedding: { answer: VECTORS_TURN, member: 'vectors', what: 'an embedding turn' },
  transcription: { answer: TRANSCRIPT_TURN, member: 'transcript', what: 'a transcription turn' },
  speech: { answer: AUDIO_TURN, member: 'audio', what: 'a speech turn' },
  rerank: { answer: RANKING_TURN, member: 'ranking', what: 'a rerank turn' },
  moderation: { answer: VERDICTS_TURN, member: 'verdicts', what: 'a moderation turn' },
  classification: { answer: DISTRIBUTIONS_TURN, member: 'distributions', what: 'a classification turn' },
};

/** Returns the problem of a chat turn as a predicate, such as "has toolCalls that …"; `undefined` for a valid turn. */
export function turnProblem(turn: unknown): string | undefined {
  if (typeof turn === 'string') return undefined;
  if (!isRecord(turn)) return `is ${describeValue(turn)}, not a string or an object`;
  const problem = chatTurnProblem(turn);
  return problem ?? usageProblem(turn['usage']) ?? callsProblem(turn['toolCalls']);
}

/** Checks a turn of an operation other than chat. Returns the problem as a predicate, or `undefined` for a valid turn. */
export function operationProblem(turn: unknown, operation: OperationName): string | undefined {
  if (operation === 'transcription' && typeof turn === 'string') return undefined;
  if (!isRecord(turn)) return `is ${describeValue(turn)}, not an object`;
  const { answer, member, what } = OPERATIONS[operation];
  if (!('fail' in turn || 'hang' in turn))
    return member in turn ? unknownMember(turn, what, answer) : `has no ${member}, which ${what} requires`;
  const { after, ...rest } = turn;
  const isPartOfSpeech = operation === 'speech' && after instanceof Uint8Array;
  if (after === undefined || isPartOfSpeech) return chatTurnProblem(rest);
  return operation === 'speech'
    ? 'has an "after" that is not a Uint8Array'
    : `has "after", which ${what} does not have`;
}

function chatTurnProblem(turn: Readonly<Record<string, unknown>>): string | undefined {
  if ('fail' in turn)
    return (
      oneOf('fail', turn['fail'], Object.keys(KINDS)) ?? unknownMember(turn, 'a failing turn', FAIL_TURN)
    );
  return 'hang' in turn
    ? unknownMember(turn, 'a hanging turn', HANG_TURN)
    : unknownMember(turn, 'a turn', ANSWER_TURN);
}

function usageProblem(usage: unknown): string | undefined {
  if (usage === undefined) return undefined;
  return isRecord(usage) ? unknownMember(usage, 'usage', USAGE) : `has usage that is ${describeValue(usage)}`;
}

function callsProblem(calls: unknown): string | undefined {
  if (calls === undefined) return undefined;
  const isCall = (call: unknown): boolean =>
    isRecord(call) && typeof call['name'] === 'string' && isRecord(call['args']);
  return isList(calls) && calls.every(isCall)
    ? undefined
    : 'has toolCalls that are not an array of { name, args } with an object as args';
}

function oneOf(what: string, value: unknown, known: readonly string[]): string | undefined {
  if (typeof value === 'string' && known.includes(value)) return undefined;
  return `has an unknown ${what}, ${describeValue(value)}${hint(value, known)}`;
}

function unknownMember(value: object, what: string, known: object): string | undefined {
  const names = Object.keys(known);
  const strange = Object.keys(value).find((name) => !names.includes(name));
  return strange === undefined
    ? undefined
    : `has "${strange}", which ${what} does not have${hint(strange, names)}`;
}

const hint = (value: unknown, known: readonly string[]): string =>
  (typeof value === 'string' && didYouMean(value, known)) || `; use one of ${known.join(', ')}`;

function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === undefined || value === null) return String(value);
  return `a ${isList(value) ? 'list' : typeof value}`;
}
