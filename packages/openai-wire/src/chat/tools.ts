import type { ModelRequest, ModelTool } from '@majordomo/core';
import type { ChatQuirks } from './quirks.ts';
import { fitsStrict } from './strict.ts';

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
  /** The tools when they were converted: a list that grew since is converted anew. */
  readonly source: readonly ModelTool[];
  readonly wire: readonly WireTool[];
}

/** Conversions by the identity of the list: callers send the same tools again and again. */
const plain = new WeakMap<readonly ModelTool[], Converted>();
const strict = new WeakMap<readonly ModelTool[], Converted>();

/** The tools of a request; the same list gives the same array, so that it is serialised once. */
export function toolsToWire(
  tools: readonly ModelTool[],
  quirks: Pick<ChatQuirks, 'strictTools'>,
): readonly WireTool[] {
  const cache = quirks.strictTools ? strict : plain;
  const known = cache.get(tools);
  if (known !== undefined && sameTools(known.source, tools)) return known.wire;
  const wire = tools.map((tool) => toolToWire(tool, quirks.strictTools));
  cache.set(tools, { source: [...tools], wire });
  return wire;
}

const sameTools = (before: readonly ModelTool[], now: readonly ModelTool[]): boolean =>
  before.length === now.length && before.every((tool, i) => tool === now[i]);

function toolToWire({ name, description, parameters }: ModelTool, isStrictWanted: boolean): WireTool {
  const isStrict = isStrictWanted && fitsStrict(parameters);
  return {
    type: 'function',
    function: { name, description, parameters, ...(isStrict ? { strict: true } : undefined) },
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
