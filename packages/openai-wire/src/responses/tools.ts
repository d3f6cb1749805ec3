import type { ModelRequest, ModelTool } from '@majordomo/core';
import type { MarkedTool } from '../schema/strict-tools.ts';

/** A tool as this wire takes it: flat, and strict unless it says that it is not. */
export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description: string;
  readonly parameters: ModelTool['parameters'];
  readonly strict: boolean;
}

interface Converted {
  /** The tools when they were converted: a list that grew since is converted again. */
  readonly source: readonly MarkedTool[];
  readonly wire: readonly FunctionTool[];
}

/** Conversions by the identity of the list: callers send the same tools again and again. */
const known = new WeakMap<readonly MarkedTool[], Converted>();

/** The tools of a request; the same list gives the same array, so that it is serialised once. */
export function toolsToWire(tools: readonly MarkedTool[]): readonly FunctionTool[] {
  const before = known.get(tools);
  if (before?.source.length === tools.length && tools.every((tool, at) => tool === before.source[at]))
    return before.wire;
  const wire = tools.map(({ name, description, parameters, strict = false }): FunctionTool => ({
    type: 'function',
    name,
    description,
    parameters,
    strict,
  }));
  known.set(tools, { source: [...tools], wire });
  return wire;
}

/** `tool_choice`, which means nothing without tools. */
export function toolChoiceToWire({ toolChoice, tools }: ModelRequest): unknown {
  if (toolChoice === undefined || tools.length === 0) return undefined;
  return typeof toolChoice === 'object' ? { type: 'function', name: toolChoice.name } : toolChoice;
}
