import type { JsonObject } from '@majordomo/core';

/** Options of `openaiTools.webSearch`. */
export interface WebSearch {
  /** Domains to which the search is limited. @default all domains */
  readonly allowedDomains?: readonly string[] | undefined;
  /** Amount of text from search results that the model receives. @default OpenAI uses 'medium' */
  readonly contextSize?: 'low' | 'medium' | 'high' | undefined;
  /**
   * Location of the user, which influences the results. `country` is a two-letter ISO code. `timezone` is an IANA name such as
   * `Europe/Berlin`.
   */
  readonly location?:
    | {
        readonly city?: string | undefined;
        readonly region?: string | undefined;
        readonly country?: string | undefined;
        readonly timezone?: string | undefined;
      }
    | undefined;
}
/** Options of `openaiTools.fileSearch`. */
export interface FileSearch {
  /** Ids of the vector stores to search, such as `vs_…`. */
  readonly stores: readonly string[];
  /** Maximum number of search results. @default OpenAI chooses the number */
  readonly maxResults?: number | undefined;
}
/** MCP server that OpenAI calls. */
export interface McpServer {
  /** Label by which the model identifies the server. */
  readonly label: string;
  readonly url: string;
  /** Names of the server's tools that the model may call. @default all tools */
  readonly allowedTools?: readonly string[] | undefined;
  /** OAuth token that OpenAI sends to the server. OpenAI does not store the token. */
  readonly authorization?: string | undefined;
}
/** Options of `openaiTools.codeInterpreter`. */
export interface CodeInterpreter {
  /** Ids of the uploaded files that the code may read. @default none */
  readonly fileIds?: readonly string[] | undefined;
}
/** Options of `openaiTools.imageGeneration`. Defaults: `auto`. `size` is the width and height in pixels, such as `1024x1024`. */
export interface ImageGeneration {
  readonly size?: string | undefined;
  readonly quality?: 'low' | 'medium' | 'high' | 'auto' | undefined;
  readonly background?: 'transparent' | 'opaque' | 'auto' | undefined;
}

/**
 * Definitions of tools that OpenAI runs, for the Responses API (openai 7.55). xAI and DeepSeek also accept `webSearch`. Pass the
 * definitions in `extra`, in addition to the request's tools. The results are vendor parts of the response, and
 * `usage.details.serverTools` counts the uses of each tool.
 *
 * @example
 * extra: { 'openai-responses': { tools: [openaiTools.webSearch({ contextSize: 'low' })] } }
 */
export const openaiTools = {
  /** Returns the tool that searches the web. The response cites its sources. */
  webSearch: ({ allowedDomains, contextSize, location }: WebSearch = {}): JsonObject => ({
    type: 'web_search',
    ...(allowedDomains !== undefined && { filters: { allowed_domains: allowedDomains } }),
    ...(contextSize !== undefined && { search_context_size: contextSize }),
    ...(location !== undefined && { user_location: { type: 'approximate', ...location } }),
  }),
  /** Returns the tool that searches files in OpenAI's vector stores. */
  fileSearch: ({ stores, maxResults }: FileSearch): JsonObject => ({
    type: 'file_search',
    vector_store_ids: stores,
    ...(maxResults !== undefined && { max_num_results: maxResults }),
  }),
  /** Returns the tool that runs Python in a container at OpenAI. */
  codeInterpreter: ({ fileIds }: CodeInterpreter = {}): JsonObject => ({
    type: 'code_interpreter',
    container: { type: 'auto', ...(fileIds !== undefined && { file_ids: fileIds }) },
  }),
  /** Returns the tool that generates an image. The response contains the image in a vendor part. */
  imageGeneration: (options: ImageGeneration = {}): JsonObject => ({
    type: 'image_generation',
    ...(options as JsonObject),
  }),
  /** Returns the tool with which OpenAI calls an MCP server. OpenAI does not request approval before a call. */
  mcp: ({ label, url, allowedTools, authorization }: McpServer): JsonObject => ({
    type: 'mcp',
    server_label: label,
    server_url: url,
    require_approval: 'never',
    ...(allowedTools !== undefined && { allowed_tools: allowedTools }),
    ...(authorization !== undefined && { authorization }),
  }),
};
