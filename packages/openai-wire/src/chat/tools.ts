import type { ModelRequest, ModelTool } from '@majordomo/core';
import type { ChatQuirks } from './quirks.ts';
import type { MarkedTool } from '../schema/strict-tools.ts';

/** A tool as this wire takes it. */
export interface WireTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: ModelTool['parameters'];
    readonly strict?: true;
  };
}

interface Converted {
  /** The tools when they were converted: a list that grew since is converted again. */
  readonly source: readonly MarkedTool[];
  readonly wire: readonly WireTool[];
}

/** Conversions by the identity of the list: callers send the same tools again and again. */
const known = new WeakMap<readonly MarkedTool[], Converted>();

/** The tools of a request; the same list gives the same array, so that it is serialised once. */
export function toolsToWire(tools: readonly MarkedTool[]): readonly WireTool[] {
  const before = known.get(tools);
  if (before?.source.length === tools.length && tools.every((tool, at) => tool === before.source[at]))
    return before.wire;
  const wire = tools.map(toolToWire);
  known.set(tools, { source: [...tools], wire });
  return wire;
}

function toolToWire({ name, description, parameters, strict }: MarkedTool): WireTool {
  return {
    type: 'function',
    function: { name, description, parameters, ...(strict === true ? { strict } : undefined) },
  };
}

/** `tool_choice`, which the wire refuses without tools. */
export function toolChoiceToWire(
  { toolChoice, tools }: ModelRequest,
  { requiredChoice }: Pick<ChatQuirks, 'requiredChoice'>,
): unknown {
  if (toolChoice === undefined || tools.length === 0) return undefined;
  if (typeof toolChoice === 'object') return { type: 'function', function: { name: toolChoice.name } };
  return toolChoice === 'required' ? requiredChoice : toolChoice;
}
