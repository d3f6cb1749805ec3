import { LlmError, type Message, type ToolSpec } from '@majordomo/core';
import { firstLoads, vendorKindOf } from '@majordomo/core/toolkit';
import type { RunState } from '../state/state.ts';
import type { Tool } from './tool.ts';
import { checkToolLimits } from './tool-limits.ts';
import { hasSameItems } from './tool-order.ts';
import { ToolFinder, type SearchRules } from './tool-search.ts';
import { MCP_APPROVAL_TOOL } from './vendor-tool.ts';

/** Named group of tools. */
export interface Toolbox {
  readonly name: string;
  /** Tools of the toolbox. The agent reads them before every step. To replace a tool, return a new array. */
  readonly tools: readonly Tool[];
  /** Sentence about these tools for the description of the search tool. Only the first 300 characters are sent. @default none */
  readonly description?: string | undefined;
}

/** Owner of tools: the agent, a skill or a toolbox. */
export interface ToolOwner extends Toolbox {
  /** Text that names the owner in errors. */
  readonly label: string;
  /** Whether tool search may defer the tools. */
  readonly isSearched?: true;
}

/** Instructions and tools for one purpose. Several agents can share a skill. */
export interface Skill {
  readonly name: string;
  readonly instructions?: string | undefined;
  readonly tools?: readonly Tool[] | undefined;
}

/** Tools that a step offers or defers. */
interface StepTools {
  readonly listed: readonly ToolSpec[];
  /** Tools that are offered only after a result has loaded them, by name. */
  readonly deferred: ReadonlyMap<string, ToolSpec>;
}

/** Tools of an agent by name, and the tools that each step offers or defers. */
export class Tools {
  private readonly owners: readonly ToolOwner[];
  private readonly search: SearchRules | undefined;
  private byName: ReadonlyMap<string, OwnedTool> = new Map();
  private lists: readonly ToolList[] = [];
  private all: StepTools = { listed: [], deferred: new Map() };
  private finder: ToolFinder | undefined;
  private readonly subsets = new Map<string, StepTools>();

  /** Throws `config` for a duplicate tool name, with both owners in the message, and for an invalid limit. */
  constructor(owners: readonly ToolOwner[], search?: SearchRules) {
    this.owners = owners;
    this.search = search;
    this.renew();
  }

  /** Reloads the tools of all owners. If they are invalid, throws as the constructor does and retains the previous tools. */
  renew(): void {
    const lists = this.owners.map(toolsOf);
    if (lists.length === this.lists.length && lists.every((list, at) => isUnchanged(list, this.lists[at])))
      return;
    const byName = new Map<string, OwnedTool>();
    for (const [at, { label, isSearched }] of this.owners.entries())
      for (const tool of lists[at] ?? []) addTool(byName, { tool, owner: label, isSearched });
    const { search } = this;
    const deferred = new Map<string, ToolSpec>();
    if (search !== undefined && byName.size >= search.minTools)
      for (const { tool, isSearched } of byName.values())
        if (isSearched === true && !isVendorTool(tool) && !search.isAlwaysOffered(specOf(tool)))
          deferred.set(tool.name, { ...specOf(tool), deferred: true });
    const finder = search && new ToolFinder(search, deferred, this.owners.filter(isSearchedOwner));
    // The name of the search tool is reserved even if no tool is deferred, because tools may be added to a toolbox.
    if (finder !== undefined) addTool(byName, { tool: finder.toolFor(deferred), owner: 'toolSearch' });
    if (search !== undefined && deferred.size === 0) byName.delete(search.name);
    const listed = [...byName.values()].filter(({ tool }) => !deferred.has(tool.name) && !isVendorTool(tool));
    this.lists = lists.map((list) => ({ list, tools: [...list] }));
    this.byName = byName;
    this.finder = finder;
    this.all = { listed: listed.map(({ tool }) => specOf(tool)), deferred };
    this.subsets.clear();
  }

  /** Returns the tools of all owners, and the search tool. */
  list(): readonly Tool[] {
    return Array.from(this.byName.values(), ({ tool }) => tool);
  }

  /** Returns a tool that the step offers, also if it is not loaded. `offered`: `RunState.offered`; `undefined` for all tools. */
  find(name: string, offered?: readonly string[]): Tool | undefined {
    // The option `extra` offers a vendor's tool, not the list of tools.
    if (offered?.includes(name) === false && vendorKindOf(name) === undefined) return undefined;
    // An agent needs no tool for the approval of a vendor's MCP calls.
    const tool =
      this.byName.get(name)?.tool ?? (name === MCP_APPROVAL_TOOL.name ? MCP_APPROVAL_TOOL : undefined);
    // The search tool of a step loads only tools that the step offers.
    return tool !== undefined && name === this.search?.name
      ? this.finder?.toolFor(this.stepTools(offered).deferred)
      : tool;
  }

  /** Whether the model has received the definition of this tool. */
  isLoaded(name: string, { offered, messages }: Pick<RunState, 'offered' | 'messages'>): boolean {
    return !this.stepTools(offered).deferred.has(name) || firstLoads(messages).has(name);
  }

  /** Returns a step's tools: the listed tools, then the loaded tools in order of loading. Throws `config` for an unknown name. */
  offered(names: readonly string[] | undefined, messages: readonly Message[]): readonly ToolSpec[] {
    for (const name of names ?? [])
      if (!this.byName.has(name)) throw new LlmError('config', `prepareStep: no tool has the name "${name}"`);
    return this.known(names, messages);
  }

  /** Returns the same tools as `offered`, but ignores unknown names. */
  known(names: readonly string[] | undefined, messages: readonly Message[]): readonly ToolSpec[] {
    const { listed, deferred } = this.stepTools(names);
    if (deferred.size === 0) return listed;
    return [...listed, ...[...firstLoads(messages).keys()].flatMap((name) => deferred.get(name) ?? [])];
  }

  /** Returns the tools with these names. No tool is deferred unless the names include the search tool. Caches results. */
  private stepTools(names: readonly string[] | undefined): StepTools {
    if (names === undefined) return this.all;
    const key = JSON.stringify(names);
    const known = this.subsets.get(key);
    if (known !== undefined) return known;
    const isNamed = ({ name }: ToolSpec): boolean => names.includes(name);
    const listed = this.all.listed.filter(isNamed);
    const deferred = [...this.all.deferred.values()].filter(isNamed);
    const isSearching = this.search !== undefined && names.includes(this.search.name);
    const tools: StepTools = isSearching
      ? { listed, deferred: new Map(deferred.map((tool) => [tool.name, tool])) }
      : { listed: [...listed, ...deferred.map(({ deferred: _, ...tool }) => tool)], deferred: new Map() };
    if (this.subsets.size >= MAX_SUBSETS) this.subsets.clear();
    this.subsets.set(key, tools);
    return tools;
  }
}

/** Tool array of an owner, and its content when it was read, because a toolbox may add tools to its array. */
interface ToolList {
  readonly list: readonly Tool[];
  readonly tools: readonly Tool[];
}

/** Whether the tools have not changed since they were read. Compares only the lengths if the array is the same object. */
const isUnchanged = (list: readonly Tool[], known: ToolList | undefined): boolean =>
  list === known?.list ? list.length === known.tools.length : hasSameItems(list, known?.tools);

/** Whether the tool answers calls of a vendor's tool, which requests do not list. */
const isVendorTool = ({ name }: Tool): boolean => vendorKindOf(name) !== undefined;

const isSearchedOwner = ({ isSearched }: ToolOwner): boolean => isSearched === true;

function toolsOf({ label, tools }: ToolOwner): readonly Tool[] {
  const value: unknown = tools;
  if (Array.isArray(value)) return tools;
  throw new LlmError('config', `the tools of ${label} must be an array`, { path: 'tools' });
}

interface OwnedTool {
  readonly tool: Tool;
  readonly owner: string;
  readonly isSearched?: true | undefined;
}

function addTool(byName: Map<string, OwnedTool>, owned: OwnedTool): void {
  const { tool, owner } = owned;
  if (typeof (tool as Partial<Tool> | null | undefined)?.name !== 'string')
    throw new LlmError('config', `${owner} contains an invalid tool; create tools with defineTool`, {
      path: 'tools',
    });
  const known = byName.get(tool.name);
  if (known !== undefined) {
    throw new LlmError('config', `two tools are named "${tool.name}" (${known.owner}, ${owner}); rename one`);
  }
  for (const one of [tool, ...(tool.inner ?? [])]) checkToolLimits(one);
  byName.set(tool.name, owned);
}

const MAX_SUBSETS = 100;

const specOf = ({ name, description, parameters, callers, extra }: Tool): ToolSpec => ({
  name,
  description,
  parameters,
  ...(callers && { callers }),
  ...(extra && { extra }),
});
