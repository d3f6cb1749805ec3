import type { JsonObject } from '@majordomo/core';

/** Location of the user, which influences search results. */
export interface SearchLocation {
  readonly city?: string | undefined;
  readonly region?: string | undefined;
  /** ISO country code, such as `DE`. */
  readonly country?: string | undefined;
  /** IANA time zone, such as `Europe/Berlin`. */
  readonly timezone?: string | undefined;
}

/** Limits of a web search or a web fetch. Set at most one of the two lists of domains. Default: all domains are allowed. */
interface Bounds {
  /** Maximum number of uses in one response. @default no maximum */
  readonly maxUses?: number | undefined;
  readonly allowedDomains?: readonly string[] | undefined;
  readonly blockedDomains?: readonly string[] | undefined;
}
/** Options of `anthropicTools.webSearch`. */
export interface WebSearch extends Bounds {
  readonly location?: SearchLocation | undefined;
}
/** Options of `anthropicTools.webFetch`. */
export interface WebFetch extends Bounds {
  /**
   * Whether the response cites passages of the fetched page.
   * @default false
   */
  readonly citations?: boolean | undefined;
  /** Maximum number of tokens of a fetched page that the model receives. @default no maximum */
  readonly maxContentTokens?: number | undefined;
}

/**
 * Definitions of tools that Anthropic runs. Pass them in `extra`, in addition to the request's tools (SDK 1.10). The results are
 * vendor parts of the response, and `usage.details.serverTools` counts the uses of each tool.
 */
export const anthropicTools = {
  /** Returns the tool that searches the web. The response cites its sources. */
  webSearch: ({ location, ...bounds }: WebSearch = {}): JsonObject => ({
    type: 'web_search_20250305',
    name: 'web_search',
    ...boundsOf(bounds),
    ...(location !== undefined && { user_location: { type: 'approximate', ...location } }),
  }),
  /** Returns the tool that fetches pages whose URLs appear in the conversation. */
  webFetch: ({ citations, maxContentTokens, ...bounds }: WebFetch = {}): JsonObject => ({
    type: 'web_fetch_20250910',
    name: 'web_fetch',
    ...boundsOf(bounds),
    ...(citations === true && { citations: { enabled: true } }),
    ...(maxContentTokens !== undefined && { max_content_tokens: maxContentTokens }),
  }),
  /** Returns the tool that runs commands and edits files in a container at Anthropic. */
  codeExecution: (): JsonObject => ({ type: 'code_execution_20250825', name: 'code_execution' }),
};

const boundsOf = ({ maxUses, allowedDomains, blockedDomains }: Bounds): JsonObject => ({
  ...(maxUses !== undefined && { max_uses: maxUses }),
  ...(allowedDomains !== undefined && { allowed_domains: allowedDomains }),
  ...(blockedDomains !== undefined && { blocked_domains: blockedDomains }),
});
