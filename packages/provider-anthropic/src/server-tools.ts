import type { JsonObject } from '@majordomo/core';

/** Location of the user for search results. */
export interface SearchLocation {
  readonly city?: string | undefined;
  readonly region?: string | undefined;
  /** ISO country code, such as `DE`. */
  readonly country?: string | undefined;
  /** IANA time zone, such as `Europe/Berlin`. */
  readonly timezone?: string | undefined;
}

/** Limits of a search or a fetch. Set at most one of the two domain lists. */
interface Bounds {
  /** Maximum uses in one response. */
  readonly maxUses?: number | undefined;
  readonly allowedDomains?: readonly string[] | undefined;
  readonly blockedDomains?: readonly string[] | undefined;
}
/** Options of the web search. */
export interface WebSearch extends Bounds {
  readonly location?: SearchLocation | undefined;
}
/** Options of the web fetch. */
export interface WebFetch extends Bounds {
  /**
   * Whether the response cites positions of the page.
   * @default false
   */
  readonly citations?: boolean | undefined;
  /** Maximum tokens of a page that the model receives. */
  readonly maxContentTokens?: number | undefined;
}

/**
 * Tools that run at Anthropic, in the form of the wire (SDK 1.10). Pass them in `extra`, in addition to the tools of the
 * request. Their results are vendor parts, and their uses are counted in `usage.details.serverTools`.
 */
export const anthropicTools = {
  /** Searches the web. The response cites its sources. */
  webSearch: ({ location, ...bounds }: WebSearch = {}): JsonObject => ({
    type: 'web_search_20250305',
    name: 'web_search',
    ...boundsOf(bounds),
    ...(location !== undefined && { user_location: { type: 'approximate', ...location } }),
  }),
  /** Fetches pages whose URLs appear in the conversation. */
  webFetch: ({ citations, maxContentTokens, ...bounds }: WebFetch = {}): JsonObject => ({
    type: 'web_fetch_20250910',
    name: 'web_fetch',
    ...boundsOf(bounds),
    ...(citations === true && { citations: { enabled: true } }),
    ...(maxContentTokens !== undefined && { max_content_tokens: maxContentTokens }),
  }),
  /** Runs commands and edits files in a container at the vendor. */
  codeExecution: (): JsonObject => ({ type: 'code_execution_20250825', name: 'code_execution' }),
};

const boundsOf = ({ maxUses, allowedDomains, blockedDomains }: Bounds): JsonObject => ({
  ...(maxUses !== undefined && { max_uses: maxUses }),
  ...(allowedDomains !== undefined && { allowed_domains: allowedDomains }),
  ...(blockedDomains !== undefined && { blocked_domains: blockedDomains }),
});
