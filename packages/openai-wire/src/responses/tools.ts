import type { ModelRequest, ModelTool } from '@majordomo/core';
import { fitsStrict } from '../chat/strict.ts';

/** A tool as this wire takes it: flat, and strict unless it says that it is not. */
export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description: string;
  readonly parameters: ModelTool['parameters'];
  readonly strict: boolean;
}

interface Converted {
  /** The tools when they were converted: a list that grew since is converted anew. */
  readonly source: readonly ModelTool[];
  readonly wire: readonly FunctionTool[];
}

/** Conversions by the identity of the list: callers send the same tools again and again. */
const plain = new WeakMap<readonly ModelTool[], Converted>();
const strict = new WeakMap<readonly ModelTool[], Converted>();

/** The tools of a request; the same list gives the same array, so that it is serialised once. */
export function toolsToWire(tools: readonly ModelTool[], isStrictWanted: boolean): readonly FunctionTool[] {
  const cache = isStrictWanted ? strict : plain;
  const known = cache.get(tools);
  if (known?.source.length === tools.length && tools.every((tool, i) => tool === known.source[i]))
    return known.wire;
  const wire = tools.map(({ name, description, parameters }): FunctionTool => {
    const isStrict = isStrictWanted && fitsStrict(parameters);
    return { type: 'function', name, description, parameters, strict: isStrict };
  });
  cache.set(tools, { source: [...tools], wire });
  return wire;
}

/** `tool_choice`, which means nothing without tools. */
export function toolChoiceToWire({ toolChoice, tools }: ModelRequest): unknown {
  if (toolChoice === undefined || tools.length === 0) return undefined;
  return typeof toolChoice === 'object' ? { type: 'function', name: toolChoice.name } : toolChoice;
}
