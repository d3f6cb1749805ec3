import type { JsonObject } from '@majordomo/core';

/** A search of the web, at OpenAI. */
export interface WebSearch {
  /** Pages of these domains alone. */
  readonly allowedDomains?: readonly string[] | undefined;
  /** How much of what is found the model sees. */
  readonly contextSize?: 'low' | 'medium' | 'high' | undefined;
  /** Where searches are made from; `country` has two letters, `timezone` is such as `Europe/Berlin`. */
  readonly location?:
    | {
        readonly city?: string | undefined;
        readonly region?: string | undefined;
        readonly country?: string | undefined;
        readonly timezone?: string | undefined;
      }
    | undefined;
}
/** A search of vector stores. */
export interface FileSearch {
  /** Vector stores by their ids, as `vs_…`. */
  readonly stores: readonly string[];
  /** The most pieces that are found. */
  readonly maxResults?: number | undefined;
}
/** A server of tools that the vendor calls. */
export interface McpServer {
  /** Name of the server for the model. */
  readonly label: string;
  readonly url: string;
  /** These of its tools alone. */
  readonly allowedTools?: readonly string[] | undefined;
  /** An OAuth token for the server: the vendor sends it there, and does not keep it. */
  readonly authorization?: string | undefined;
}
/** Python at the vendor. */
export interface CodeInterpreter {
  /** Files that the code may read, by their ids. */
  readonly fileIds?: readonly string[] | undefined;
}
/** How pictures inside of an answer are drawn. */
export interface ImageGeneration {
  readonly size?: string | undefined;
  readonly quality?: 'low' | 'medium' | 'high' | 'auto' | undefined;
  readonly background?: 'transparent' | 'opaque' | 'auto' | undefined;
}

/**
 * Tools that run at OpenAI, in the form of the Responses wire (openai 7.55); xAI and DeepSeek read the first as well. They stand
 * in `extra`, next to the request's own tools; what they did comes back as vendor parts, and is counted in
 * `usage.details.serverTools`.
 *
 * @example
 * extra: { 'openai-responses': { tools: [openaiTools.webSearch({ contextSize: 'low' })] } }
 */
export const openaiTools = {
  /** Searches the web; answers cite what they rest on. */
  webSearch: ({ allowedDomains, contextSize, location }: WebSearch = {}): JsonObject => ({
    type: 'web_search',
    ...(allowedDomains !== undefined && { filters: { allowed_domains: allowedDomains } }),
    ...(contextSize !== undefined && { search_context_size: contextSize }),
    ...(location !== undefined && { user_location: { type: 'approximate', ...location } }),
  }),
  /** Searches files that were given to the vendor before. */
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
  /** Draws inside of an answer; the picture stays in the vendor part. */
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
