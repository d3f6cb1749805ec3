import type { Tool } from '@google/genai';
import { expect, it } from 'vitest';
import { googleTools } from './server-tools.ts';

it("returns vendor tools in the form of the vendor's SDK", () => {
  const fileSearch: Tool = {
    fileSearch: { fileSearchStoreNames: ['fileSearchStores/s'], topK: 3, metadataFilter: 'a = 1' },
  };
  expect(
    googleTools.fileSearch({ stores: ['fileSearchStores/s'], topK: 3, metadataFilter: 'a = 1' }),
  ).toEqual(fileSearch);
  const expectedTools: Tool[] = [
    { googleSearch: { excludeDomains: ['b.example'] } },
    { googleSearch: {} },
    { urlContext: {} },
    { codeExecution: {} },
    { googleMaps: {} },
  ];
  expect([
    googleTools.googleSearch({ excludeDomains: ['b.example'] }),
    googleTools.googleSearch(),
    googleTools.urlContext(),
    googleTools.codeExecution(),
    googleTools.googleMaps(),
  ]).toEqual(expectedTools);
});
