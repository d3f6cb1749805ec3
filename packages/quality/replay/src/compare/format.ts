import { checkValue, type ChatRequest } from '@majordomo/core';
import { toJsonSchema, tryParseJson } from '@majordomo/core/toolkit';
import { textOf, toolCallsOf } from '@majordomo/evals/internal';
import type { AnswerContent, Divergence } from '../traffic/answer.ts';

/** Finish reasons of an answer that failed. */
const FAILED: ReadonlySet<string> = new Set(['refusal', 'content-filter', 'length']);

/** Returns the reason why an answer failed by itself: its finish reason, or `format` if it fits no schema of its request. */
export async function failureOf(request: ChatRequest, response: AnswerContent): Promise<string | undefined> {
  if (FAILED.has(response.finish)) return response.finish;
  const isRight = (await badCalls(request, response)).length === 0 && (await fitsOutput(request, response));
  return isRight ? undefined : 'format';
}

/** Returns the tool calls that no application could run. */
export async function badCalls(
  { tools = [] }: ChatRequest,
  { parts }: AnswerContent,
): Promise<readonly Divergence[]> {
  const bad: Divergence[] = [];
  for (const { name, args, invalid } of toolCallsOf({ role: 'assistant', parts })) {
    // Calls of the vendor's own tools have no schema in the request.
    if (name.startsWith('vendor:')) continue;
    const tool = tools.find((one) => one.name === name);
    if (tool === undefined) bad.push({ type: 'unknown-tool', tool: name });
    else if (invalid !== undefined || !(await fits(toJsonSchema(tool.parameters, `tool ${name}`), args)))
      bad.push({ type: 'invalid-arguments', tool: name });
  }
  return bad;
}

async function fitsOutput({ output }: ChatRequest, response: AnswerContent): Promise<boolean> {
  const message = { role: 'assistant', parts: response.parts } as const;
  if (output === undefined || toolCallsOf(message).length > 0) return true;
  const value = tryParseJson(textOf(message));
  if (value === undefined) return false;
  return output === 'json' || fits(output, value);
}

const fits = async (schema: Parameters<typeof checkValue>[0], value: unknown): Promise<boolean> =>
  !('issues' in (await checkValue(schema, value)));
