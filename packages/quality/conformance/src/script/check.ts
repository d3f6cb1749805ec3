import { didYouMean, isList, isRecord } from '@majordomo/core/toolkit';
import { type OperationName, operationProblem, turnProblem } from '@majordomo/testing';
import { FAILURE_KINDS } from '@majordomo/testing/internal';
import { ANSWER, FAILURE, FAULT, FAULTS, PARTS } from './members.ts';

/** Operations other than chat and image generation. */
export const OPERATION_NAMES: readonly OperationName[] = [
  'embedding',
  'transcription',
  'speech',
  'rerank',
  'moderation',
  'classification',
];

const ANSWER_MEMBERS: Readonly<Record<OperationName, string>> = {
  embedding: 'vectors',
  transcription: 'transcript',
  speech: 'audio',
  rerank: 'ranking',
  moderation: 'verdicts',
  classification: 'distributions',
};

/** Returns the problem of a step as a predicate such as "has no text"; `undefined` for a valid step. */
export function stepProblem(step: unknown): string | undefined {
  if (!isRecord(step)) return turnProblem(step);
  if ('fault' in step)
    return unknownValue('fault', step['fault'], FAULTS) ?? unknownMember(step, 'a fault', FAULT);
  if ('failure' in step)
    return (
      unknownValue('failure', step['failure'], FAILURE_KINDS) ?? unknownMember(step, 'a failure', FAILURE)
    );
  if ('parts' in step)
    return unknownMember(step, 'an answer in parts', ANSWER) ?? partsProblem(step['parts']);
  const operation = OPERATION_NAMES.find((name) => ANSWER_MEMBERS[name] in step);
  return operation === undefined ? turnProblem(step) : operationProblem(step, operation);
}

function partsProblem(parts: unknown): string | undefined {
  if (!isList(parts)) return 'has parts that are not a list';
  for (const part of parts) {
    const problem = unknownValue('part type', isRecord(part) ? part['type'] : part, PARTS);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function unknownValue(what: string, value: unknown, known: object): string | undefined {
  const names = Object.keys(known);
  if (typeof value === 'string' && names.includes(value)) return undefined;
  return `has an unknown ${what}, ${named(value)}${hint(value, names)}`;
}

function unknownMember(value: object, what: string, known: object): string | undefined {
  const names = Object.keys(known);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  return unknown === undefined
    ? undefined
    : `has "${unknown}", which ${what} does not have${hint(unknown, names)}`;
}

const hint = (value: unknown, known: readonly string[]): string =>
  (typeof value === 'string' && didYouMean(value, known)) || `; use one of ${known.join(', ')}`;

function named(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === undefined || value === null) return String(value);
  return `a ${isList(value) ? 'list' : typeof value}`;
}
