/** Exports and subpaths of a raw SDK that do not call models. */
export interface HarmlessExports {
  readonly package: string;
  /** Prefixes of subpaths, such as `text_splitter`. No subpaths if unset. */
  readonly subpaths?: readonly string[] | undefined;
  /** Exports of the package, or `'*'` for all exports. No exports if unset. */
  readonly names?: ReadonlySet<string> | '*' | undefined;
}

/** Subpaths of LangChain for documents and their splitting, for stores, and for helpers. */
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

/** Source: references of the libraries, 2026-11-20. Each entry occurred in a real repository. */
export const harmlessExports: readonly HarmlessExports[] = [
  // Exports that do not call a model: for ids, schemas, messages, streams, tools, tests and clients of a route.
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
    // Loads tools of MCP servers and does not call a model.
    '@ai-sdk/mcp',
  ].map((name): HarmlessExports => ({ package: name, names: '*' })),
  { package: '@llamaindex/env', names: '*' },
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
    // Interfaces for code around models, which do not call a model.
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
  // Exports with which plugins describe models.
  {
    package: 'genkit',
    subpaths: ['embedder', 'model'],
    names: new Set(['GenerationCommonConfigSchema', 'Message', 'embedderRef', 'modelRef', 'z']),
  },
];
