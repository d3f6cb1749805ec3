import { LlmError } from '@majordomo/core';
import { Semaphore } from '@majordomo/core/toolkit';

/** Property of a tool that contains the slots of its concurrent calls. A copy of the tool does not have the property. */
const SLOTS: unique symbol = Symbol('slots');

interface SlottedTool {
  readonly name: string;
  readonly concurrency?: number | undefined;
  readonly [SLOTS]?: Semaphore;
}

/**
 * Returns the slots of a tool with `concurrency`, otherwise `undefined`. The tool owns its slots, so all agents and servers that
 * have the same tool share them. Throws `config` for a frozen tool that was not created with `defineTool`.
 */
export function slotsOf(tool: SlottedTool): Semaphore | undefined {
  const { name, concurrency } = tool;
  if (concurrency === undefined) return undefined;
  const known = tool[SLOTS];
  if (known !== undefined) return known;
  const slots = new Semaphore(concurrency);
  if (Reflect.defineProperty(tool, SLOTS, { value: slots })) return slots;
  const path = `concurrency of tool "${name}"`;
  throw new LlmError('config', `${path}: the tool is a frozen object; create it with defineTool`, { path });
}

/** Returns the tool after it has received its slots, so that it can be frozen. */
export function withConcurrencySlots<Tool extends SlottedTool>(tool: Tool): Tool {
  slotsOf(tool);
  return tool;
}
