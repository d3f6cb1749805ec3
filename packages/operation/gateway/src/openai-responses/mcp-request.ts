import type { Message, ToolSpec } from '@majordomo/core';
import type { Fields } from '../parsing/fields.ts';
import type { Notes } from '../parsing/notes.ts';
import type { Transcript } from '../parsing/transcript.ts';
import type { AnsweringModel, ParsedRequest } from '../wire.ts';
import type { Echo, McpItems } from './response.ts';
import type { StoredItems } from './stored-items.ts';
import type { ResponsesWriter } from './stream.ts';
import type { KnownTools } from './known-tools.ts';

/** Tools of MCP servers in one parse of a request. The implementation, in `mcp`, is loaded only if the gateway has such tools. */
export interface McpRequest {
  /** Types of its items. */
  readonly itemTypes: readonly string[];
  /** Whether the tools of all servers are loaded. */
  readonly isLoaded: boolean;
  /** Parses a tool of the type `mcp`. Returns the tools of its server; none until they are loaded. */
  addTool(tool: Fields): readonly ToolSpec[];
  /** Adds an item to the conversation. */
  addItem(item: Fields, type: string, transcript: Transcript): void;
  /** Adds the results of the current turn, unless an item of this type is part of the turn. */
  endTurn(type: string | undefined): void;
  /** Ends the parse. Returns the messages with the results of approved calls, and what answers a request with such tools. */
  end(body: Fields, messages: readonly Message[]): McpConversation;
}

/** Conversation of a request. */
export interface McpConversation {
  readonly messages: readonly Message[];
  /** `undefined` if the request has no tools of MCP servers. */
  readonly output: McpOutput | undefined;
}

/** Tools of MCP servers in a response. */
export interface McpOutput extends McpItems {
  /** Returns a model that runs the calls of the tools. */
  withTools(model: AnsweringModel, metadata: ParsedRequest['metadata']): AnsweringModel;
  createWriter(echo: Echo): ResponsesWriter;
}

/** Parts of a request that its tools and items need. */
export interface ParseContext {
  readonly known: KnownTools;
  readonly notes: Notes;
  /** Items to which references refer. `undefined` if the gateway stores no responses. */
  readonly stored: StoredItems | undefined;
}

/** Begins a parse. */
export type BeginMcp = (context: ParseContext) => McpRequest;
