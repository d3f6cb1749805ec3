import type {
  CodeExecutionTool20260521,
  WebFetchTool20260318,
  WebSearchTool20260318,
} from '@anthropic-ai/sdk/resources/messages';
import { expect, it } from 'vitest';
import { anthropicTools } from './server-tools.ts';

it("returns vendor tools in the form of the vendor's SDK", () => {
  const search: WebSearchTool20260318 = {
    type: 'web_search_20260318',
    name: 'web_search',
    max_uses: 3,
    blocked_domains: ['b.example'],
    user_location: { type: 'approximate', city: 'Berlin', timezone: 'Europe/Berlin' },
  };
  const location = { city: 'Berlin', timezone: 'Europe/Berlin' };
  expect(anthropicTools.webSearch({ maxUses: 3, blockedDomains: ['b.example'], location })).toEqual(search);
  const fetching: WebFetchTool20260318 = {
    type: 'web_fetch_20260318',
    name: 'web_fetch',
    allowed_domains: ['a.example'],
    citations: { enabled: true },
    max_content_tokens: 5000,
  };
  expect(
    anthropicTools.webFetch({ allowedDomains: ['a.example'], citations: true, maxContentTokens: 5000 }),
  ).toEqual(fetching);
  const execution: CodeExecutionTool20260521 = { type: 'code_execution_20260521', name: 'code_execution' };
  expect(anthropicTools.codeExecution()).toEqual(execution);
});

it('omits options without a value', () => {
  expect(anthropicTools.webSearch()).toEqual({ type: 'web_search_20260318', name: 'web_search' });
  expect(anthropicTools.webFetch()).toEqual({ type: 'web_fetch_20260318', name: 'web_fetch' });
});

it('returns an earlier version of a tool', () => {
  expect(anthropicTools.webSearch({ version: '20250305' })).toEqual({
    type: 'web_search_20250305',
    name: 'web_search',
  });
  expect(anthropicTools.webFetch({ version: '20250910' })).toEqual({
    type: 'web_fetch_20250910',
    name: 'web_fetch',
  });
  expect(anthropicTools.codeExecution({ version: '20250825' })).toEqual({
    type: 'code_execution_20250825',
    name: 'code_execution',
  });
});
