/** What of a raw SDK's family calls no model: whole packages, subpaths, or names. */
export interface Harmless {
  readonly package: string;
  /** Beginnings of subpaths, such as `text_splitter`; unset: none. */
  readonly subpaths?: readonly string[] | undefined;
  /** Exports; `'*'` for all of the package. Unset: none. */
  readonly names?: ReadonlySet<string> | '*' | undefined;
}

const SPLITTERS = ['text_splitter', 'document_loaders', 'document', 'schema/document', 'util/'];

/** From the libraries' own references, 2026-11-20; wanted on real repositories. */
export const harmless: readonly Harmless[] = [
  // Ids, types, tests, and the client's half of a route of the app's own.
  {
    package: 'ai',
    subpaths: ['test'],
    names: new Set([
      'asSchema',
      'convertToCoreMessages',
      'convertToModelMessages',
      'cosineSimilarity',
      'createIdGenerator',
      'DefaultChatTransport',
      'dynamicTool',
      'generateId',
      'getToolName',
      'isToolUIPart',
      'jsonSchema',
      'lastAssistantMessageIsCompleteWithToolCalls',
      'simulateReadableStream',
      'smoothStream',
      'TextStreamChatTransport',
      'tool',
      'valibotSchema',
      'zodSchema',
    ]),
  },
  ...['@ai-sdk/react', '@ai-sdk/vue', '@ai-sdk/svelte', '@ai-sdk/angular', '@ai-sdk/provider'].map(
    (name): Harmless => ({ package: name, names: '*' }),
  ),
  { package: 'langchain', subpaths: SPLITTERS },
  { package: '@langchain/textsplitters', names: '*' },
  { package: '@langchain/community', subpaths: ['document_loaders', 'document_transformers', 'utils/'] },
  {
    package: '@langchain/core',
    subpaths: ['documents', 'document_loaders', 'messages', 'prompts', 'utils/', 'output_parsers'],
  },
];
