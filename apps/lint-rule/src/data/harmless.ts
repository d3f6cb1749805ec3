/** What of a raw SDK's family calls no model: whole packages, subpaths, or names. */
export interface Harmless {
  readonly package: string;
  /** Beginnings of subpaths, such as `text_splitter`; unset: none. */
  readonly subpaths?: readonly string[] | undefined;
  /** Exports; `'*'` for all of the package. Unset: none. */
  readonly names?: ReadonlySet<string> | '*' | undefined;
}

const SPLITTERS = [
  'agents/format_scratchpad',
  'document',
  'document_loaders',
  'schema/document',
  'storage',
  'stores',
  'text_splitter',
  'util/',
];

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
      'createUIMessageStream',
      'createUIMessageStreamResponse',
      'cosineSimilarity',
      'createIdGenerator',
      'DefaultChatTransport',
      'dynamicTool',
      'generateId',
      'getToolName',
      'hasToolCall',
      'isToolUIPart',
      'jsonSchema',
      'lastAssistantMessageIsCompleteWithToolCalls',
      'simulateReadableStream',
      'smoothStream',
      'stepCountIs',
      'isTextUIPart',
      'TextStreamChatTransport',
      'tool',
      'valibotSchema',
      'zodSchema',
    ]),
  },
  ...[
    '@ai-sdk/react',
    '@ai-sdk/vue',
    '@ai-sdk/svelte',
    '@ai-sdk/angular',
    '@ai-sdk/provider',
    '@ai-sdk/provider-utils',
    // Tools of other servers, no models.
    '@ai-sdk/mcp',
  ].map((name): Harmless => ({ package: name, names: '*' })),
  { package: 'langchain', subpaths: SPLITTERS },
  { package: '@langchain/classic', subpaths: [...SPLITTERS, 'retrievers/document_compressors'] },
  { package: '@langchain/textsplitters', names: '*' },
  {
    package: '@langchain/community',
    subpaths: [
      'caches',
      'document_loaders',
      'document_transformers',
      'storage',
      'stores',
      'tools/brave_search',
      'tools/calculator',
      'tools/duckduckgo_search',
      'tools/google_custom_search',
      'tools/searxng_search',
      'tools/serpapi',
      'tools/serper',
      'tools/tavily_search',
      'tools/wikipedia_query_run',
      'tools/wolframalpha',
      'utils/',
      'vectorstores',
    ],
  },
  {
    package: '@langchain/core',
    // Interfaces around a model, none of which is one or calls one.
    subpaths: [
      'caches',
      'callbacks',
      'chat_history',
      'document_loaders',
      'documents',
      'embeddings',
      'example_selectors',
      'messages',
      'output_parsers',
      'outputs',
      'prompt_values',
      'prompts',
      'retrievers',
      'stores',
      'structured_query',
      'tools',
      'tracers',
      'types',
      'utils/',
      'vectorstores',
    ],
  },
  // What a plug-in describes its models with.
  {
    package: 'genkit',
    subpaths: ['embedder', 'model'],
    names: new Set(['GenerationCommonConfigSchema', 'Message', 'embedderRef', 'modelRef', 'z']),
  },
];
