import type { ModelRequest, ModelTool, ToolResultPart } from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { isForPrograms } from '@majordomo/wire-kit/internal';
import type { ReportedFailure } from '../failure/reported-failure.ts';
import type { SentBody } from '../failure/rejected-member.ts';
import { memoizeList } from '../schema/memoize-list.ts';
import type { InputItem } from './blocks.ts';
import type { ResponsesQuirks } from './quirks.ts';
import { toolsToWire } from './tools.ts';

/** Tools that are sent as `additional_tools`, by name. */
export type LoadedTools = ReadonlyMap<string, ModelTool>;

/** Whether a tool can be sent as `additional_tools`. A tool for programs cannot, because `tools` must also contain what runs them. */
const isLoaded = (tool: ModelTool): boolean => tool.deferred === true && !isForPrograms(tool);

/**
 * Returns the tools to send as `additional_tools`. The result is empty if the model does not support `additional_tools`, if
 * `tools` would be empty, or if the tool choice names a loaded tool, because that tool must be in `tools`.
 */
export function loadedTools(
  tools: readonly ModelTool[],
  { toolChoice }: Pick<ModelRequest, 'toolChoice'>,
  { toolLoading }: Pick<ResponsesQuirks, 'toolLoading'>,
): LoadedTools {
  const loaded = tools.filter(isLoaded);
  const isForced = typeof toolChoice === 'object' && loaded.some(({ name }) => name === toolChoice.name);
  const isNative = toolLoading === 'additional_tools' && loaded.length < tools.length && !isForced;
  return new Map(isNative ? loaded.map((tool) => [tool.name, tool]) : []);
}

/** Returns the tools to send in `tools`, which are those that no tool result loads. */
export const listedTools: (tools: readonly ModelTool[]) => readonly ModelTool[] = memoizeList((tools) =>
  tools.filter((tool) => !isLoaded(tool)),
);

/**
 * Returns the item with the tools that a tool result loads, or an empty list if no tool is loaded. The item follows the result.
 * Removes these tools from `unsent`, so that each tool is sent once.
 */
export function additionalTools(
  { loads = [], isError }: ToolResultPart,
  unsent: Map<string, ModelTool>,
): readonly InputItem[] {
  const tools: ModelTool[] = [];
  for (const name of isError === true ? [] : loads) {
    const tool = unsent.get(name);
    if (tool !== undefined && unsent.delete(name)) tools.push(tool);
  }
  return tools.length === 0
    ? []
    : [{ type: 'additional_tools', role: 'developer', tools: toolsToWire(tools) }];
}

/**
 * Whether the server rejected an `additional_tools` item: "Invalid value: 'additional_tools'.", or on Bedrock "Invalid 'input':
 * value did not match any expected variant" (2026-10).
 */
export function isLoadingRejection({ message, param }: ReportedFailure, { input }: SentBody): boolean {
  const types = asList(input).map((item) => asRecord(item)['type']);
  if (!types.includes('additional_tools')) return false;
  const text = `${param ?? ''} ${message}`;
  if (text.includes('additional_tools')) return true;
  // A position, such as `input[3]` or `input.3`, states which item was rejected.
  const position = /\binput(?:\[|\.)(\d+)/.exec(text)?.[1];
  if (position !== undefined) return types[Number(position)] === 'additional_tools';
  return /\binvalid\b.{0,20}\binput\b/i.test(text);
}
