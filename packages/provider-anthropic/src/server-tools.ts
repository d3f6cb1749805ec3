import type { JsonObject } from '@majordomo/core';

/** Where searches are made from. */
export interface SearchLocation {
  readonly city?: string | undefined;
  readonly region?: string | undefined;
  /** Two letters, as `DE`. */
  readonly country?: string | undefined;
  /** As `Europe/Berlin`. */
  readonly timezone?: string | undefined;
}

/** What a search or a fetch may do: pages of these domains alone, or of all others. */
interface Bounds {
  /** How often in one answer. */
  readonly maxUses?: number | undefined;
  readonly allowedDomains?: readonly string[] | undefined;
  readonly blockedDomains?: readonly string[] | undefined;
}
/** A search of the web, at Anthropic. */
export interface WebSearch extends Bounds {
  readonly location?: SearchLocation | undefined;
}
/** The reading of pages, at Anthropic. */
export interface WebFetch extends Bounds {
  /** The text names the places of the page that it rests on; off unless asked for. */
  readonly citations?: boolean | undefined;
  /** The most of a page that the model sees, in tokens. */
  readonly maxContentTokens?: number | undefined;
}

/**
 * Tools that run at Anthropic, in the wire's form (SDK 1.10). They stand in `extra`, beside the request's own tools; what they
 * did comes back as vendor parts, and is counted in `usage.details.serverTools`.
 *
 * @example
 * extra: { anthropic: { tools: [anthropicTools.webSearch({ maxUses: 3 })] } }
 */
export const anthropicTools = {
  /** Searches the web; answers cite what they rest on. */
  webSearch: ({ location, ...bounds }: WebSearch = {}): JsonObject => ({
    type: 'web_search_20250305',
    name: 'web_search',
    ...boundsOf(bounds),
    ...(location !== undefined && { user_location: { type: 'approximate', ...location } }),
  }),
  /** Reads pages whose addresses stand in the conversation. */
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
