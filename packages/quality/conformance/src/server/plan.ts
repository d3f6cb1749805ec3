import type { OperationAnswer, PlainTurn } from '@majordomo/testing';
import {
  type Answer,
  type Body,
  chatBody,
  damagedPlan,
  type Framing,
  type Plan,
  planOf,
  undamagedPlan,
} from '@majordomo/testing/internal';
import { isFailure, isFault, isOperationAnswer, isTurn, type Step } from '../script/step.ts';
import { usualAnswer } from '../wires/operations/operation.ts';
import type { OperationRequest, Wire, WireOperation, WireRequest } from '../wires/wire.ts';
import { stepOfTurn } from './turn-step.ts';

/** Request with its parsed contents. */
export interface PlanRequest {
  readonly request: WireRequest;
  /**
   * Endpoint and contents of a request that can be for an operation other than chat; `undefined` if it can only be a chat.
   * `canBeChat`: whether the request can also be a chat. The step determines which of the two it is.
   */
  readonly operation:
    | { readonly endpoint: WireOperation; readonly request: OperationRequest; readonly canBeChat: boolean }
    | undefined;
}

const USUAL_ANSWER = 'Hello from the test server.';

/** Returns the response for a step. Throws if the step's answer is for another operation than the request. */
export function plan(wire: Wire, step: Step, parsed: PlanRequest, framing: Framing | undefined): Plan {
  if (isTurn(step)) return addTiming(plan(wire, stepOfTurn(step), parsed, framing), step);
  if (isFailure(step)) return planOf(wire.failure(step));
  const { operation } = parsed;
  const usual = operation === undefined ? USUAL_ANSWER : usualAnswer(operation.request);
  const answer = isFault(step) ? (step.answer ?? usual) : step;
  const body = bodyOf(wire, answer, parsed, framing);
  const planned = isFault(step) ? damagedPlan(body, step, wire, framing) : undamagedPlan(body);
  return typeof answer === 'object' && isOperationAnswer(answer) ? addTiming(planned, answer) : planned;
}

function bodyOf(
  wire: Wire,
  answer: Answer | string | OperationAnswer,
  { request, operation }: PlanRequest,
  framing: Framing | undefined,
): Body {
  if (typeof answer === 'object' && isOperationAnswer(answer)) {
    if (operation === undefined)
      throw new Error('is not an answer to a chat, but the client requested a chat');
    return operationBody(answer, operation);
  }
  if (operation?.canBeChat !== false) return chatBody(wire, answer, request, framing);
  // A string is a transcript. The endpoint throws if it is for another operation.
  if (typeof answer === 'string') return operationBody({ transcript: answer }, operation);
  throw new Error(`is an answer to a chat, but the client requested ${operation.request.operation}`);
}

function operationBody(
  answer: OperationAnswer,
  { endpoint, request }: NonNullable<PlanRequest['operation']>,
): Body {
  if (answer.warnings !== undefined) throw new Error('has warnings, which only fake providers support');
  const { headers, pieces } = endpoint.answer(answer, request);
  const frames = pieces.map((bytes) => ({ kind: 'content', bytes }) as const);
  return { status: 200, headers, frames, isStream: request.streamed };
}

const addTiming = (planned: Plan, turn: PlainTurn | OperationAnswer): Plan => ({
  ...planned,
  lateMs: planned.lateMs + (turn.delayMs ?? 0),
  pace:
    'everyMs' in turn && turn.everyMs !== undefined
      ? { bytes: 'event', everyMs: turn.everyMs }
      : planned.pace,
});
