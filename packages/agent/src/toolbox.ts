import { LlmError, type ToolSpec } from '@majordomo/core';
import type { Tool } from './tool.ts';
import { checkToolLimits } from './tool-limits.ts';
import { hasSameItems } from './tool-order.ts';

/** Named group of tools. */
export interface Toolbox {
  readonly name: string;
  /** Tools of the toolbox. The agent reads them before every step, so changes apply from the next step. */
  readonly tools: readonly Tool[];
}

/** Instructions and tools for one purpose. Several agents can share a skill. */
export interface Skill {
  readonly name: string;
  readonly instructions?: string | undefined;
  readonly tools?: readonly Tool[] | undefined;
}

export class Tools {
  specs: readonly ToolSpec[] = [];
  private readonly boxes: readonly Toolbox[];
  private byName: ReadonlyMap<string, OwnedTool> = new Map();
  private lists: readonly (readonly Tool[])[] = [];

  /** Throws `config` for a duplicate tool name, with both owners in the message, and for an invalid limit. */
  constructor(boxes: readonly Toolbox[]) {
    this.boxes = boxes;
    this.renew();
  }

  /** Reloads the tools. Throws the constructor's errors, in which case the previous tools remain. */
  renew(): void {
    const lists = this.boxes.map(toolsOf);
    if (lists.length === this.lists.length && lists.every((list, at) => hasSameItems(list, this.lists[at])))
      return;
    const byName = new Map<string, OwnedTool>();
    for (const [at, { name: owner }] of this.boxes.entries())
      for (const tool of lists[at] ?? []) addTool(byName, tool, owner);
    // A toolbox may change its array in place.
    this.lists = lists.map((list) => [...list]);
    this.byName = byName;
    this.specs = [...byName.values()].map(({ tool }) => specOf(tool));
    this.subsets.clear();
  }

  find(name: string, offered?: readonly string[]): Tool | undefined {
    return offered?.includes(name) === false ? undefined : this.byName.get(name)?.tool;
  }

  names(offered: readonly string[] | undefined): readonly string[] {
    return offered ?? [...this.byName.keys()];
  }

  /** Returns the tools with these names. Returns the same array for the same names: providers recognize arrays by identity. */
  offered(names: readonly string[] | undefined): readonly ToolSpec[] {
    if (names === undefined) return this.specs;
    const key = JSON.stringify(names);
    let specs = this.subsets.get(key);
    if (specs === undefined) {
      for (const name of names)
        if (!this.byName.has(name)) throw new LlmError('config', `no tool has the name "${name}"`);
      specs = this.specs.filter(({ name }) => names.includes(name));
      if (this.subsets.size >= MAX_SUBSETS) this.subsets.clear();
      this.subsets.set(key, specs);
    }
    return specs;
  }

  private readonly subsets = new Map<string, readonly ToolSpec[]>();
}

function toolsOf({ name, tools }: Toolbox): readonly Tool[] {
  const value: unknown = tools;
  if (Array.isArray(value)) return tools;
  throw new LlmError('config', `the tools of ${name} must be an array`, { path: 'tools' });
}

interface OwnedTool {
  readonly tool: Tool;
  readonly owner: string;
}

function addTool(byName: Map<string, OwnedTool>, tool: Tool, owner: string): void {
  if (typeof (tool as Partial<Tool> | null | undefined)?.name !== 'string')
    throw new LlmError('config', `${owner} contains an invalid tool; create tools with defineTool`, {
      path: 'tools',
    });
  const known = byName.get(tool.name);
  if (known !== undefined) {
    throw new LlmError('config', `tool "${tool.name}" is in both ${known.owner} and ${owner}; rename one`);
  }
  checkToolLimits(tool);
  byName.set(tool.name, { tool, owner });
}

const MAX_SUBSETS = 100;

const specOf = ({ name, description, parameters }: Tool): ToolSpec => ({ name, description, parameters });
