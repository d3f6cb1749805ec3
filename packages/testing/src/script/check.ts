import { didYouMean, isList, isRecord } from '@majordomo/core/toolkit';
import type { OperationName } from '../wires/operation-answer.ts';
import { FAILURE_KINDS } from '../wires/failure.ts';
import {
  ANSWER,
  ANSWER_TURN,
  FAIL_TURN,
  FAILURE,
  FAULT,
  FAULTS,
  HANG_TURN,
  KINDS,
  PARTS,
  SOUND_TURN,
  TRANSCRIPT_TURN,
  VECTORS_TURN,
} from './members.ts';

/** All of them. */
export const OPERATION_NAMES: readonly OperationName[] = ['embedding', 'transcription', 'speech'];

const OPERATIONS: Readonly<
  Record<OperationName, { readonly answer: object; readonly member: string; readonly what: string }>
> = {
  embedding: { answer: VECTORS_TURN, member: 'vectors', what: 'an embedding turn' },
  transcription: { answer: TRANSCRIPT_TURN, member: 'transcript', what: 'a transcription turn' },
  speech: { answer: SOUND_TURN, member: 'audio', what: 'a speech turn' },
};

/** What is wrong with a turn, in words that go behind its name; `undefined`: nothing. */
export function turnProblem(turn: unknown): string | undefined {
  if (typeof turn === 'string') return undefined;
  if (!isRecord(turn)) return `is ${named(turn)}, not a text or an object`;
  const problem = kindOfTurn(turn);
  return problem ?? (turn['toolCalls'] === undefined ? undefined : callsProblem(turn['toolCalls']));
}

/** The same for a turn of a fake's embedding, transcription or speech model. */
export function operationProblem(turn: unknown, operation: OperationName): string | undefined {
  if (operation === 'transcription' && typeof turn === 'string') return undefined;
  if (!isRecord(turn)) return `is ${named(turn)}, not an object`;
  const { answer, member, what } = OPERATIONS[operation];
  if (!('fail' in turn || 'hang' in turn))
    return member in turn ? strangeMember(turn, what, answer) : `has no ${member}, which ${what} has`;
  const { after, ...rest } = turn;
  if (after === undefined || (operation === 'speech' && after instanceof Uint8Array)) return kindOfTurn(rest);
  return operation === 'speech'
    ? 'has an "after" that is no Uint8Array'
    : `has "after", which ${what} does not have`;
}

/** The same for a step of a wire server, which may also be an answer in parts, a failure or a fault. */
export function stepProblem(step: unknown): string | undefined {
  if (!isRecord(step)) return turnProblem(step);
  if ('fault' in step)
    return oneOf('fault', step['fault'], Object.keys(FAULTS)) ?? strangeMember(step, 'a fault', FAULT);
  if ('failure' in step)
    return (
      oneOf('failure', step['failure'], Object.keys(FAILURE_KINDS)) ??
      strangeMember(step, 'a failure', FAILURE)
    );
  if ('parts' in step)
    return strangeMember(step, 'an answer in parts', ANSWER) ?? partsProblem(step['parts']);
  for (const { answer, member, what } of Object.values(OPERATIONS))
    if (member in step) return strangeMember(step, what, answer);
  return turnProblem(step);
}

function kindOfTurn(turn: Readonly<Record<string, unknown>>): string | undefined {
  if ('fail' in turn)
    return (
      oneOf('fail', turn['fail'], Object.keys(KINDS)) ?? strangeMember(turn, 'a failing turn', FAIL_TURN)
    );
  return 'hang' in turn
    ? strangeMember(turn, 'a hanging turn', HANG_TURN)
    : strangeMember(turn, 'a turn', ANSWER_TURN);
}

function callsProblem(calls: unknown): string | undefined {
  const isCall = (call: unknown): boolean =>
    isRecord(call) && typeof call['name'] === 'string' && isRecord(call['args']);
  return isList(calls) && calls.every(isCall)
    ? undefined
    : 'has toolCalls that are not a list of { name, args }, where args is an object';
}

function partsProblem(parts: unknown): string | undefined {
  if (!isList(parts)) return 'has parts that are not a list';
  for (const part of parts) {
    const type = isRecord(part) ? part['type'] : part;
    const problem = oneOf('part type', type, Object.keys(PARTS));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function oneOf(what: string, value: unknown, known: readonly string[]): string | undefined {
  if (typeof value === 'string' && known.includes(value)) return undefined;
  return `has an unknown ${what}, ${named(value)}${hint(value, known)}`;
}

function strangeMember(value: object, what: string, known: object): string | undefined {
  const names = Object.keys(known);
  const strange = Object.keys(value).find((name) => !names.includes(name));
  return strange === undefined
    ? undefined
    : `has "${strange}", which ${what} does not have${hint(strange, names)}`;
}

const hint = (value: unknown, known: readonly string[]): string =>
  (typeof value === 'string' && didYouMean(value, known)) || `: ${known.join(', ')}`;

function named(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === undefined || value === null) return String(value);
  return `a ${isList(value) ? 'list' : typeof value}`;
}
