import { messageOf, type ModelRequest } from '@majordomo/core';
import { turnProblem } from './check.ts';
import type { PlainTurn, Turn } from './turn.ts';

/** Returns the turn for a request. Calls a function and converts a string to a response. Throws for an invalid turn. */
export function plainTurn(turn: Turn, request: ModelRequest): PlainTurn {
  let plain = turn;
  try {
    while (typeof plain === 'function') plain = plain(request);
  } catch (error) {
    throw new Error(`threw ${messageOf(error)}`, { cause: error });
  }
  const problem = turnProblem(plain);
  if (problem !== undefined) throw new Error(problem);
  return typeof plain === 'string' ? { text: plain } : plain;
}
