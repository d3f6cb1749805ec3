import type { Tool, ToolChoice as WireToolChoice } from '@anthropic-ai/sdk/resources/messages';
import { allowedToolChoice, type ClaudeTool } from '@majordomo/claude';
import type { ToolChoice, Warning } from '@majordomo/core';
import type { Quirks } from './quirks.ts';

/** Tools as the wire wants them; the schemas keep their identity, so that their text can be kept too. */
export const wireTools = (tools: readonly ClaudeTool[]): Tool[] =>
  tools.map(({ name, description, schema, strict }) => ({
    name,
    ...(description !== undefined && { description }),
    input_schema: schema,
    ...(strict && { strict }),
  }));

/** Without a word about it the model chooses by itself. A model that refuses to be forced is left to choose. */
export function toToolChoice(
  asked: ToolChoice | undefined,
  quirks: Quirks,
  warnings: Warning[],
): WireToolChoice | undefined {
  const choice = allowedToolChoice(asked, quirks, warnings);
  if (choice === undefined) return undefined;
  if (choice === 'auto' || choice === 'none') return { type: choice };
  return choice === 'required' ? { type: 'any' } : { type: 'tool', name: choice.name };
}
