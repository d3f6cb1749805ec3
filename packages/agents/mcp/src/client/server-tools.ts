import type { Decision, RunState, Tool } from '@majordomo/agent';
import { LlmError, listeners, messageOf } from '@majordomo/core';
import { isTooDeep, MAX_DEPTH } from '@majordomo/core/toolkit';
import type { Tool as ListedTool } from '@modelcontextprotocol/client';
import type { AppHost, OfferedTool } from './app-host.ts';
import { AppResults } from './app-results.ts';
import { ApprovalRequests } from './approval-requests.ts';
import { appUriOf, isVisibleTo, visibilityOf } from '../tool-app.ts';
import type { McpEvent, McpOptions, McpReply } from '../options.ts';
import { Connection } from './connection.ts';
import { checkOf, loadApprovalRequest, mcpTool, fingerprintOf, type ToolsIo } from './mcp-tools.ts';
import { fittedNames } from './names.ts';
import { checkResourceNames, resourceTools } from './resources.ts';
import type { OwnedOptions } from '../entry.ts';
import { ListEntry } from './stored-list.ts';
import { settle } from './suspended.ts';
import { ToolHistory } from './tool-history.ts';

/** Maximum number of tools per server. A longer list is truncated, and an event reports the truncation. */
const MAX_TOOLS = 1000;

/** Tools of a server in the form that agents accept. */
export class ServerTools implements AppHost {
  tools: readonly Tool[] = [];
  offered: readonly OfferedTool[] = [];
  readonly appResults: AppResults | undefined;
  readonly connection: Connection;
  private readonly options: McpOptions;
  private readonly emit: (event: McpEvent) => void;
  private readonly entry: ListEntry;
  private history: ToolHistory;
  private readonly requests: ApprovalRequests;
  /** Definitions of the tools that are offered to agents, from the server's latest list. */
  private listed: readonly ListedTool[] = [];
  private hasResources = false;
  private fingerprint: string | undefined;

  constructor(options: OwnedOptions) {
    this.options = options;
    this.appResults = options.apps === true ? new AppResults() : undefined;
    this.emit = options.onEvent === undefined ? () => undefined : listeners(options.onEvent);
    this.entry = new ListEntry(options);
    this.requests = new ApprovalRequests(options);
    // `start` replaces this history with the stored one.
    this.history = new ToolHistory([], () => undefined);
    this.connection = new Connection({
      options,
      emit: this.emit,
      onTools: (listed, hasResources) => {
        if (this.update(listed, hasResources)) this.store();
      },
    });
  }

  /** Reads the stored list. Connects now, unless the option `start` is `first-call` and a list is stored. */
  async start(signal: AbortSignal): Promise<void> {
    const stored = await this.entry.read();
    this.connection.protocol.restore(stored?.legacyAt);
    this.history = new ToolHistory(stored?.definitions ?? [], () => {
      this.store();
    });
    if (this.options.start === 'first-call' && stored !== undefined)
      this.update(stored.tools, stored.hasResources);
    else {
      await this.connection.list(signal);
      await this.entry.written;
    }
  }

  /** Implements `McpToolbox.settle`. */
  settle(
    state: RunState,
    answers: Readonly<Record<string, McpReply>>,
  ): Promise<{ readonly state: RunState; readonly decisions: readonly Decision[] }> {
    const { connection, options } = this;
    return settle(state, answers, {
      options,
      connection,
      repeat: async (suspension, inputResponses) => {
        const { tool: toolName, args } = suspension;
        const requestState = 'requestState' in suspension ? suspension.requestState : undefined;
        const tool = this.listed.find((one) => one.name === toolName);
        if (tool === undefined) throw new Error(`the server no longer has the tool "${toolName}"`);
        // The process that suspended the call may be another one, so `check` must know the approvals that it requested.
        await loadApprovalRequest(toolName, fingerprintOf(tool), this.io);
        return connection.call({
          tool,
          args,
          suspend: options.suspend ?? [],
          // The caller of `settle` passes no signal. `close` cancels the call.
          signal: new AbortController().signal,
          check: this.checkOf(tool),
          resume: inputResponses && { inputResponses, requestState },
        });
      },
    });
  }

  checkOf(listed: ListedTool): () => void {
    return checkOf(listed, fingerprintOf(listed), this.io);
  }

  private get io(): ToolsIo {
    const { options, connection, history, requests, emit, appResults } = this;
    return { options, connection, history, requests, emit, appResults };
  }

  /**
   * Updates the tools. Returns whether the list has changed. If the list is unchanged, its tool objects remain the same, because
   * providers recognize tools by identity. If a function of the options throws, nothing changes.
   */
  private update(all: readonly ListedTool[], hasResources: boolean): boolean {
    const {
      name,
      prefix = `${name}_`,
      only,
      resources = false,
      approve,
      apps: hasApps = false,
    } = this.options;
    const first = uniqueByName(all).slice(0, MAX_TOOLS);
    const named = first.filter((tool) => tool.name !== '');
    const chosen = resultOf('only', () => named.filter(isSelected(only)));
    // Core rejects every request that contains a tool with a schema that is nested too deeply.
    const listed = chosen.filter(({ inputSchema }) => !isTooDeep(inputSchema));
    const rejected = [
      ...(named.length < first.length ? ['a tool: its name is empty'] : []),
      ...chosen
        .filter(({ inputSchema }) => isTooDeep(inputSchema))
        .map((tool) => `${tool.name}: its input schema is nested more than ${MAX_DEPTH} levels`),
      // These tools remain in the list, but neither the model nor an app may call them.
      ...listed
        .filter((tool) => hasApps && visibilityOf(tool)?.length === 0)
        .map((tool) => `${tool.name}: its visibility must be a list of "model" and "app"`),
    ];
    const known = listed.map((tool) => ({ tool, fingerprint: fingerprintOf(tool) }));
    const fingerprints = known.map(({ tool, fingerprint: own }) => [tool.name, own] as const);
    const apps = listed.map((tool) => [appUriOf(tool), visibilityOf(tool)]);
    const fingerprint = JSON.stringify([fingerprints, rejected, hasResources, apps]);
    if (fingerprint === this.fingerprint) return false;
    const newNames = resultOf('rename', () => renamed(listed, this.options.rename));
    const withResources = resources && hasResources;
    if (withResources) checkResourceNames(newNames);
    const isFirst = this.fingerprint === undefined;
    this.fingerprint = fingerprint;
    this.listed = listed;
    this.hasResources = hasResources;
    const changed = this.history.update(fingerprints);
    // By new name, the name with the prefix in a form that every vendor accepts.
    const names = fittedNames(prefix, newNames);
    this.offered = known.map(({ tool, fingerprint: own }, at) => {
      const newName = newNames[at] ?? tool.name;
      return { listed: tool, tool: mcpTool(tool, own, names.get(newName) ?? newName, this.io) };
    });
    const shown = this.offered.filter(({ listed: tool }) => !hasApps || isVisibleTo('model', tool));
    this.tools = [
      ...shown.map(({ tool }) => tool),
      ...(withResources ? resourceTools(this.connection, prefix, approve === 'all') : []),
    ];
    const cut = all.length > MAX_TOOLS ? `, the first ${MAX_TOOLS} of ${all.length}` : '';
    if (!isFirst || cut !== '') this.emit({ type: 'tools-changed', detail: `${listed.length} tools${cut}` });
    for (const tool of changed) this.emit({ type: 'tool-changed', detail: tool });
    for (const detail of rejected) this.emit({ type: 'tool-rejected', detail });
    return true;
  }

  private store(): void {
    this.entry.write(() => ({
      tools: this.listed,
      definitions: [...this.history.definitions],
      hasResources: this.hasResources,
      legacyAt: this.connection.protocol.storable,
    }));
  }
}

/** Returns one tool for each name: the first of several tools with the same name. */
const uniqueByName = (tools: readonly ListedTool[]): readonly ListedTool[] =>
  [...new Map(tools.toReversed().map((tool) => [tool.name, tool])).values()].toReversed();

/** Calls a function of the application, so that its error is not reported as a failure of the connection. */
function resultOf<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (LlmError.is(cause)) throw cause;
    throw new LlmError('config', `connectMcp: ${path} failed: ${messageOf(cause)}`, { path }, { cause });
  }
}

function isSelected(only: McpOptions['only']): (tool: ListedTool) => boolean {
  if (only === undefined) return () => true;
  if (typeof only === 'function') return ({ name, description }) => only({ name, description });
  return ({ name }) => only.includes(name);
}

/** Returns the name of each tool after `rename`. Throws `config` for two equal names. */
function renamed(tools: readonly ListedTool[], rename: McpOptions['rename'] = {}): readonly string[] {
  const before = new Map<string, string>();
  for (const { name } of tools) {
    const newName: unknown =
      typeof rename === 'function' ? rename(name) : Object.hasOwn(rename, name) ? rename[name] : name;
    if (typeof newName !== 'string' || newName === '')
      throw renameError(`the new name of "${name}" must be a non-empty string`);
    const other = before.get(newName);
    if (other !== undefined)
      throw renameError(`"${other}" and "${name}" have the same new name "${newName}"; use unique names`);
    before.set(newName, name);
  }
  return [...before.keys()];
}

const renameError = (why: string): LlmError =>
  new LlmError('config', `connectMcp: rename: ${why}`, { path: 'rename' });
