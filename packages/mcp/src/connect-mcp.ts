import type { Tool } from '@majordomo/agent';
import { listeners } from '@majordomo/core';
import { isTooDeep, MAX_DEPTH } from '@majordomo/core/toolkit';
import type { Tool as ListedTool } from '@modelcontextprotocol/client';
import { checkOptions } from './check-options.ts';
import { Connection } from './client/connection.ts';
import { mcpTool, fingerprintOf } from './client/mcp-tools.ts';
import { fittedNames } from './client/names.ts';
import { ToolHistory } from './client/tool-history.ts';
import type { McpEvent, McpOptions, McpToolbox } from './options.ts';

/** Maximum number of tools per server. A longer list is truncated, and an event reports the truncation. */
const MAX_TOOLS = 1000;

/**
 * Connects to an MCP server and returns its tools as a toolbox. Close the toolbox when it is no longer needed. Rejects with
 * `config` for invalid options, and with `network`, `timeout` or `auth` if the connection fails.
 *
 *
 * @example
 * await using files = await connectMcp({ name: 'files', place: { command: 'npx', args: ['mcp-files', folder] } });
 * const agent = createAgent({ model, toolboxes: [files] });
 */
export async function connectMcp(options: McpOptions): Promise<McpToolbox> {
  checkOptions(options);
  const never = new AbortController().signal;
  const box = new ServerTools(options);
  try {
    await box.connection.list(options.signal ?? never);
  } catch (error) {
    await box.connection.close();
    throw error;
  }
  const close = (): Promise<void> => box.connection.close();
  return {
    name: options.name,
    get tools() {
      return box.tools;
    },
    refresh: () => box.connection.list(never),
    close,
    [Symbol.asyncDispose]: close,
  };
}

class ServerTools {
  tools: readonly Tool[] = [];
  readonly connection: Connection;
  private readonly options: McpOptions;
  private readonly emit: (event: McpEvent) => void;
  private readonly history = new ToolHistory();
  private fingerprint: string | undefined;

  constructor(options: McpOptions) {
    this.options = options;
    this.emit = options.onEvent === undefined ? () => undefined : listeners(options.onEvent);
    this.connection = new Connection(options, this.emit, (listed) => {
      this.update(listed);
    });
  }

  /** Updates the tools. Retains the tool objects if the list is unchanged, because providers recognize tools by identity. */
  private update(all: readonly ListedTool[]): void {
    const chosen = uniqueByName(all).slice(0, MAX_TOOLS).filter(isSelected(this.options.only));
    const listed = chosen.filter((tool) => problemOf(tool) === undefined);
    const rejected = chosen.flatMap((tool) => {
      const problem = problemOf(tool);
      return problem === undefined ? [] : `${tool.name}: ${problem}`;
    });
    const fingerprints = listed.map((tool) => [tool.name, fingerprintOf(tool)] as const);
    const fingerprint = JSON.stringify([fingerprints, rejected]);
    if (fingerprint === this.fingerprint) return;
    const isFirst = this.fingerprint === undefined;
    this.fingerprint = fingerprint;
    const changed = this.history.update(fingerprints);
    const { name, prefix = `${name}_` } = this.options;
    const names = fittedNames(
      prefix,
      listed.map((tool) => tool.name),
    );
    const io = { options: this.options, connection: this.connection, history: this.history };
    this.tools = listed.map((tool) => mcpTool(tool, names.get(tool.name) ?? tool.name, io));
    const cut = all.length > MAX_TOOLS ? `, the first ${MAX_TOOLS} of ${all.length}` : '';
    if (!isFirst || cut !== '') this.emit({ type: 'tools-changed', detail: `${listed.length} tools${cut}` });
    for (const tool of changed) this.emit({ type: 'tool-changed', detail: tool });
    for (const detail of rejected) this.emit({ type: 'tool-rejected', detail });
  }
}

/** Returns the reason why no call of a tool can succeed, or `undefined` for a usable tool. */
function problemOf({ inputSchema, execution }: ListedTool): string | undefined {
  // Core would reject every request that contains a tool with such a schema.
  if (isTooDeep(inputSchema)) return `its input schema is nested more than ${MAX_DEPTH} levels`;
  return execution?.taskSupport === 'required'
    ? 'the tool runs only as a task, which is not supported'
    : undefined;
}

const uniqueByName = (tools: readonly ListedTool[]): readonly ListedTool[] =>
  [...new Map(tools.toReversed().map((tool) => [tool.name, tool])).values()].toReversed();

function isSelected(only: McpOptions['only']): (tool: ListedTool) => boolean {
  if (only === undefined) return () => true;
  if (typeof only === 'function') return ({ name, description }) => only({ name, description });
  return ({ name }) => only.includes(name);
}
