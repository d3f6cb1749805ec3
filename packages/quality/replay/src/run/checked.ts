import { LlmError, type ChatRequest } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';
import type { CallContext, Check, EvalDefinition, Output } from '@majordomo/evals';
import { score, textOf, toolCallsOf } from '@majordomo/evals/internal';
import type { Answer } from '../traffic/answer.ts';

/** Checks of the application and the two answers that they score. */
export interface CheckedPair {
  readonly name: string;
  readonly id: string;
  readonly checks: Readonly<Record<string, Check>>;
  readonly recorded: { readonly request: ChatRequest; readonly answer: Answer };
  readonly other: { readonly request: ChatRequest; readonly answer: Answer };
  readonly signal: AbortSignal;
}

/**
 * Returns the mean difference of the scores, from -1 to 1, or `undefined` if no check applies to both answers. If a check
 * throws an `LlmError`, rejects with `config` and its message.
 */
export async function checkedDifference(pair: CheckedPair): Promise<number | undefined> {
  const before = await scoresOf(pair, pair.recorded);
  const after = await scoresOf(pair, pair.other);
  const differences = Object.entries(after).flatMap(([check, value]) => {
    const other = before[check];
    return other === undefined ? [] : [value.score - other.score];
  });
  if (differences.length === 0) return undefined;
  return differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
}

async function scoresOf(
  { name, id, checks, signal }: CheckedPair,
  { request, answer }: CheckedPair['recorded'],
): Promise<Readonly<Record<string, { readonly score: number }>>> {
  // `score` reads only these members, and `gates`, which are absent.
  const definition = { name, checks } as unknown as EvalDefinition;
  const result = await score(outputOf(id, request, answer), definition, contextOf(name, signal));
  if (result.error !== undefined)
    throw new LlmError('config', `replay ${name}: ${result.error.message}`, { path: 'checks' });
  return result.scores;
}

function outputOf(
  id: string,
  request: ChatRequest,
  { response, steps = [], ms = 0, nanoUsd }: Answer,
): Output {
  const message = { role: 'assistant', parts: response?.parts ?? [] } as const;
  const text = textOf(message);
  const input = request.messages;
  return {
    case: { id, input },
    input,
    expected: undefined,
    trial: 1,
    text,
    value: request.output === undefined ? undefined : tryParseJson(text),
    messages: [...input, ...steps, message],
    toolCalls: [...steps, message].flatMap(toolCallsOf),
    targets: response === undefined ? [] : [response.target],
    calls: 1 + steps.filter(({ role }) => role === 'assistant').length,
    cost: {
      nanoUsd: nanoUsd === undefined ? undefined : BigInt(nanoUsd),
      basis: nanoUsd === undefined ? 'unknown' : 'catalogue',
      missing: [],
    },
    ms,
    baseline: undefined,
  };
}

function contextOf(name: string, signal: AbortSignal): CallContext {
  const refuse = (): never => {
    throw new LlmError('config', `replay ${name}: checks of a replay call no model; use \`judge\``, {
      path: 'checks',
    });
  };
  return { signal, model: refuse, recorded: refuse, effect: async (_key, run) => run() };
}
