import type { JsonObject } from '@majordomo/core';

/** Options of the web search. */
export interface WebSearch {
  /** Domains to which the search is limited. `@default` all */
  readonly allowedDomains?: readonly string[] | undefined;
  /** Amount of search results that the model receives. `@default` the vendor's, `medium` */
  readonly contextSize?: 'low' | 'medium' | 'high' | undefined;
  /** Location of the user. `country` has two letters, and `timezone` is an IANA name such as `Europe/Berlin`. */
  readonly location?:
    | {
        readonly city?: string | undefined;
        readonly region?: string | undefined;
        readonly country?: string | undefined;
        readonly timezone?: string | undefined;
      }
    | undefined;
}
/** Options of the file search. */
export interface FileSearch {
  /** Ids of vector stores, such as `vs_…`. */
  readonly stores: readonly string[];
  /** Maximum number of results. `@default` the vendor's */
  readonly maxResults?: number | undefined;
}
/** An MCP server that the vendor calls. */
export interface McpServer {
  /** Name of the server for the model. */
  readonly label: string;
  readonly url: string;
  /** Names of the tools that the model may call. `@default` all */
  readonly allowedTools?: readonly string[] | undefined;
  /** OAuth token for the server. The vendor sends it there and does not store it. */
  readonly authorization?: string | undefined;
}
/** Options of the code interpreter. */
export interface CodeInterpreter {
  /** Ids of the files that the code may read. */
  readonly fileIds?: readonly string[] | undefined;
}
/** Options of images inside a response. */
export interface ImageGeneration {
  readonly size?: string | undefined;
  readonly quality?: 'low' | 'medium' | 'high' | 'auto' | undefined;
  readonly background?: 'transparent' | 'opaque' | 'auto' | undefined;
}

/**
 * Tools that run at OpenAI, in the form of the Responses wire (openai 7.55). xAI and DeepSeek accept the web search too.
 * Pass them in `extra`, in addition to the tools of the request. Their results are vendor parts, and their uses are counted
 * in `usage.details.serverTools`.
 *
 * @example
 * extra: { 'openai-responses': { tools: [openaiTools.webSearch({ contextSize: 'low' })] } }
 */
export const openaiTools = {
  /** Searches the web. The response cites its sources. */
  webSearch: ({ allowedDomains, contextSize, location }: WebSearch = {}): JsonObject => ({
    type: 'web_search',
    ...(allowedDomains !== undefined && { filters: { allowed_domains: allowedDomains } }),
    ...(contextSize !== undefined && { search_context_size: contextSize }),
    ...(location !== undefined && { user_location: { type: 'approximate', ...location } }),
  }),
  /** Searches files that were uploaded to the vendor. */
  fileSearch: ({ stores, maxResults }: FileSearch): JsonObject => ({
    type: 'file_search',
    vector_store_ids: stores,
    ...(maxResults !== undefined && { max_num_results: maxResults }),
  }),
  /** Runs Python in a container at the vendor. */
  codeInterpreter: ({ fileIds }: CodeInterpreter = {}): JsonObject => ({
    type: 'code_interpreter',
    container: { type: 'auto', ...(fileIds !== undefined && { file_ids: fileIds }) },
  }),
  /** Generates an image inside a response. The vendor part contains it. */
  imageGeneration: (options: ImageGeneration = {}): JsonObject => ({
    type: 'image_generation',
    ...(options as JsonObject),
  }),
  /** Calls tools of an MCP server from the vendor, without approvals. */
  mcp: ({ label, url, allowedTools, authorization }: McpServer): JsonObject => ({
    type: 'mcp',
    server_label: label,
    server_url: url,
    require_approval: 'never',
    ...(allowedTools !== undefined && { allowed_tools: allowedTools }),
    ...(authorization !== undefined && { authorization }),
  }),
};
