import type { Tool, ToolChoice as WireToolChoice } from '@anthropic-ai/sdk/resources/messages';
import { allowedToolChoice, type ClaudeTool } from '@majordomo/claude';
import type { ToolChoice, Warning } from '@majordomo/core';
import type { DeferredNames } from './deferred-tools.ts';
import type { Quirks } from './quirks.ts';

/** Converts tool definitions to the form of the Messages API. */
export const wireTools = (tools: readonly ClaudeTool[], deferred: DeferredNames): Tool[] =>
  tools.map(({ name, description, schema, strict, extra }) => ({
    name,
    ...(description !== undefined && { description }),
    input_schema: schema,
    ...(strict && { strict }),
    ...(deferred.has(name) && { defer_loading: true }),
    ...extra,
  }));

/** Converts the tool choice. If the model rejects a forced call, the tool choice becomes `auto`. */
export function toToolChoice(
  requested: ToolChoice | undefined,
  quirks: Quirks,
  warnings: Warning[],
): WireToolChoice | undefined {
  const choice = allowedToolChoice(requested, quirks, warnings);
  if (choice === undefined) return undefined;
  if (choice === 'auto' || choice === 'none') return { type: choice };
  return choice === 'required' ? { type: 'any' } : { type: 'tool', name: choice.name };
}
