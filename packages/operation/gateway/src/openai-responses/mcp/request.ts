import type { Message, ToolCallPart, ToolSpec } from '@majordomo/core';
import type { GatewayContext, RequestContext } from '../../context.ts';
import type { NamedContent } from '../../named-content.ts';
import type { McpAnswer, McpTools } from '../../options.ts';
import { integer, invalid, type Fields } from '../../parsing/fields.ts';
import type { Notes } from '../../parsing/notes.ts';
import type { AnsweringModel, ParsedRequest } from '../../wire.ts';
import type { KnownTools } from '../known-tools.ts';
import type { Echo, McpItems } from '../response.ts';
import type { StoredItems } from '../stored-items.ts';
import type { ResponsesWriter } from '../stream.ts';
import { MCP_ITEMS, McpHistory } from './history.ts';
import { listItem, mcpCallItem } from './items.ts';
import { mcpServers, type McpServers } from './servers.ts';
import { ToolLoop } from './tool-loop.ts';
import { mcpTools, type ServerList } from './tools.ts';
import { McpWriter } from './writer.ts';

/** Parts of a request that its tools and items need. */
export interface ParseContext {
  readonly known: KnownTools;
  readonly notes: Notes;
  /** Items to which references refer. `undefined` if the gateway stores no responses. */
  readonly stored: StoredItems | undefined;
}

/** Begins a parse. */
export type BeginMcp = (context: ParseContext) => ParsedMcp;

/** Conversation of a request. */
interface McpConversation {
  readonly messages: readonly Message[];
  /** `undefined` if the request has no tools of MCP servers. */
  readonly output: McpOutput | undefined;
}

/** Tools of MCP servers in a response. */
interface McpOutput extends McpItems {
  /** Returns a model that runs the calls of the tools. */
  withTools(model: AnsweringModel, metadata: ParsedRequest['metadata']): AnsweringModel;
  createWriter(echo: Echo): ResponsesWriter;
}

/**
 * Returns a function for one request, whose content is known only after its body has been read. Its result begins each parse of the
 * request, which is parsed again after each load of named content.
 */
export const beginWith =
  (context: RequestContext, gateway: GatewayContext, tools: McpTools) =>
  (namedContent: NamedContent): BeginMcp => {
    const servers = mcpServers(context, gateway, tools, namedContent);
    return (parse) => new ParsedMcp(servers, parse);
  };

/** Tools of MCP servers in one parse of a request. This module is loaded only if the gateway has such tools. */
export class ParsedMcp extends McpHistory {
  /** Types of its items. */
  readonly itemTypes: readonly string[] = MCP_ITEMS;
  private readonly servers: McpServers;
  private readonly context: ParseContext;
  /** Lists by the label of the server; `undefined` until a list is loaded. */
  private readonly lists = new Map<string, ServerList | undefined>();

  constructor(servers: McpServers, context: ParseContext) {
    super(context.known, context.stored);
    this.servers = servers;
    this.context = context;
  }

  /** Whether the tools of all servers are loaded. */
  get isLoaded(): boolean {
    return [...this.lists.values()].every((list) => list !== undefined);
  }

  /** Parses a tool of the type `mcp`. Returns the tools of its server; none until they are loaded. */
  addTool(tool: Fields): readonly ToolSpec[] {
    const { known, notes } = this.context;
    const label = tool.value['server_label'];
    if (typeof label === 'string' && this.lists.has(label))
      invalid(tool.pathOf('server_label'), 'names a server that the tools contain already');
    const loaded = mcpTools(tool, this.servers, known, notes);
    this.lists.set(String(label), loaded?.list);
    return loaded?.specs ?? [];
  }

  /** Ends the parse. Returns the messages with the results of approved calls, and what answers a request with such tools. */
  end(body: Fields, messages: readonly Message[]): McpConversation {
    const { known } = this.context;
    const missing = this.approved.find(({ call }) => known.get(call.name)?.mcp === undefined);
    if (this.isLoaded && missing !== undefined)
      invalid(
        'input',
        `approves a call of ${JSON.stringify(missing.call.name)}, which is not among the tools`,
      );
    return {
      messages: this.complete(messages),
      output: this.lists.size === 0 ? undefined : this.output(body),
    };
  }

  private output(body: Fields): McpOutput {
    const { servers, approved: approvedCalls } = this;
    const { known } = this.context;
    if (body.value['background'] === true)
      invalid('background', 'is not supported with tools of MCP servers; stream the response');
    const maxCalls = body.optional('max_tool_calls', integer(1));
    // The loop adds the answers, and the items of the response contain them.
    const answers = new Map<ToolCallPart, McpAnswer>();
    const approved = new Set(approvedCalls.map(({ call }) => call.id));
    const calls = { answers, isApproved: (id: string) => approved.has(id) };
    // The client has the tools that an earlier item lists.
    const lists = [...this.lists.values()]
      .filter((list) => list !== undefined)
      .filter(({ label }) => !this.listed.has(label));
    return {
      withTools: (model, metadata) =>
        new ToolLoop({
          model,
          known,
          approved: approvedCalls,
          maxCalls,
          answers,
          call: ({ name, namespace: label = '' }, { args }, { signal }) =>
            servers.call({
              place: this.lists.get(label)?.place ?? label,
              tool: name,
              args,
              metadata,
              signal,
            }),
        }),
      listItems: (ids) => lists.map((list) => listItem(ids.item('mcpl_'), list)),
      callItem: (part, idFor) => {
        const tool = known.get(part.name);
        return tool?.mcp === undefined ? undefined : mcpCallItem(part, tool, calls, idFor);
      },
      createWriter: (echo) => new McpWriter(echo, calls),
    };
  }
}
