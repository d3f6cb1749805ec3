import type { FileSearchTool, Tool, WebSearchTool } from 'openai/resources/responses/responses';
import { expect, it } from 'vitest';
import { openaiTools } from './server-tools.ts';

it("returns vendor tools in the form of the vendor's SDK", () => {
  const search: WebSearchTool = {
    type: 'web_search',
    filters: { allowed_domains: ['a.example'] },
    search_context_size: 'low',
    user_location: { type: 'approximate', country: 'DE' },
  };
  expect(
    openaiTools.webSearch({ allowedDomains: ['a.example'], contextSize: 'low', location: { country: 'DE' } }),
  ).toEqual(search);
  const files: FileSearchTool = { type: 'file_search', vector_store_ids: ['vs_1'], max_num_results: 4 };
  expect(openaiTools.fileSearch({ stores: ['vs_1'], maxResults: 4 })).toEqual(files);
  const expectedTools: Tool[] = [
    { type: 'web_search' },
    { type: 'code_interpreter', container: { type: 'auto', file_ids: ['file_1'] } },
    { type: 'code_interpreter', container: { type: 'auto' } },
    { type: 'image_generation', size: '1024x1024', background: 'opaque' },
    {
      type: 'mcp',
      server_label: 'docs',
      server_url: 'https://mcp.example',
      require_approval: 'never',
      allowed_tools: ['find'],
      authorization: 'token',
    },
  ];
  expect([
    openaiTools.webSearch(),
    openaiTools.codeInterpreter({ fileIds: ['file_1'] }),
    openaiTools.codeInterpreter(),
    openaiTools.imageGeneration({ size: '1024x1024', background: 'opaque' }),
    openaiTools.mcp({
      label: 'docs',
      url: 'https://mcp.example',
      allowedTools: ['find'],
      authorization: 'token',
    }),
  ]).toEqual(expectedTools);
});
