/** Condition under which a provider package has a file. */
export type When = 'always' | 'own-sdk' | 'own-wire' | 'where-needed';

/** Role of a file in every provider package. */
export interface Role {
  readonly when: When;
  readonly holds: string;
  /** Whether the file is pure: it imports no module that creates clients or sends requests. */
  readonly pure?: true;
}

/** Files of every provider package, in reading order. */
export const ROLES: Readonly<Record<string, Role>> = {
  'src/index.ts': { when: 'always', holds: 'exports' },
  'src/options.ts': { when: 'always', holds: 'the options type, and what other files need of it' },
  'src/provider.ts': { when: 'always', holds: 'options → Provider; makes no client and sends nothing' },
  'src/connection.ts': {
    when: 'own-sdk',
    holds: 'keeps clients by their credentials, and sends everything with them',
  },
  'src/sdk.ts': { when: 'own-sdk', holds: 'all that is used of the SDK; loaded at the first call' },
  'src/request.ts': { when: 'own-wire', holds: 'toWire: request → parameters and warnings', pure: true },
  'src/stream.ts': {
    when: 'own-wire',
    holds: 'the WireReader: messages → events, by the EventWriter',
    pure: true,
  },
  'src/errors.ts': { when: 'own-wire', holds: "the SDK's errors → LlmError, by shape", pure: true },
  'src/response.ts': { when: 'where-needed', holds: 'finish reasons, usage, whole bodies', pure: true },
  'src/quirks.ts': { when: 'where-needed', holds: 'how the wire can differ', pure: true },
  'src/models.ts': { when: 'where-needed', holds: 'model id → capabilities and quirks', pure: true },
  'src/messages.ts': {
    when: 'where-needed',
    holds: 'of request.ts: the turns of the transcript',
    pure: true,
  },
  'src/blocks.ts': { when: 'where-needed', holds: 'of request.ts: one part', pure: true },
  'src/tools.ts': { when: 'where-needed', holds: 'of request.ts: tools and tool choice', pure: true },
  'src/server-tools.ts': {
    when: 'where-needed',
    holds: 'of index.ts: tools that run at the vendor, in the form in which `extra` takes them',
    pure: true,
  },
  'src/schema.ts': {
    when: 'where-needed',
    holds: 'of request.ts: JSON Schema as the wire has it',
    pure: true,
  },
  'src/thinking.ts': { when: 'where-needed', holds: 'of request.ts: how reasoning is asked for', pure: true },
  'src/cache.ts': { when: 'where-needed', holds: 'of request.ts: where the prompt is cached', pure: true },
  'src/recovery.ts': {
    when: 'where-needed',
    holds: 'of errors.ts: which changed request may succeed',
    pure: true,
  },
  'src/vendor-parts.ts': {
    when: 'where-needed',
    holds: 'of messages.ts and stream.ts: vendor parts, received and sent back',
    pure: true,
  },
  'src/batch.ts': { when: 'where-needed', holds: 'of provider.ts: limits and lines of batches' },
  'src/batch-requests.ts': {
    when: 'where-needed',
    holds: 'of batch.ts: requests to the batch API, loaded by the first of them',
  },
  'src/image.ts': { when: 'where-needed', holds: 'of provider.ts: image models' },
  'src/embedding.ts': { when: 'where-needed', holds: 'of provider.ts: vectors' },
  'src/rerank.ts': { when: 'where-needed', holds: 'of provider.ts: rerank models' },
  'src/transcription.ts': { when: 'where-needed', holds: 'of provider.ts: what is said, written down' },
  'src/speech.ts': { when: 'where-needed', holds: 'of provider.ts: sound from text' },
  'src/draw.ts': { when: 'where-needed', holds: 'of image.ts: what its first call loads' },
  'src/profiles.ts': { when: 'where-needed', holds: 'of models.ts: services that speak the same wire' },
  'test/conformance.test.ts': {
    when: 'always',
    holds: 'the shared suite; what this provider cannot do, with the reason',
  },
};

/** The only files that may load an SDK. Types of the SDK may be imported anywhere. */
export const MAY_LOAD_SDK: readonly string[] = ['src/sdk.ts'];

/** Public properties of readers, including those of frames (`event`) and lines (`complaint`). Only `done` may change. */
export const READER_MEMBERS: readonly string[] = [
  'writer',
  'done',
  'readMessage',
  'readEvent',
  'readBody',
  'end',
  'complaint',
];

/** Deviations of one package: file → reason. */
export interface Deviations {
  /** Required files of the table that the package lacks. */
  readonly absent?: Readonly<Record<string, string>>;
  /** Additional files. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Files that load an SDK. */
  readonly loads?: Readonly<Record<string, string>>;
  /** Readers with additional properties, or with several constructor parameters. */
  readonly readers?: Readonly<Record<string, string>>;
  /** Names of the wire kit that the package also declares. */
  readonly twins?: Readonly<Record<string, string>>;
}

/** Differences from the common layout, with the reason. */
export const DEVIATIONS: Readonly<Record<string, Deviations>> = {
  'openai-wire': {
    twins: {
      quirksFromParams: 'the public one, for the quirks of this wire, which go through the wire kit',
    },
  },
  'provider-openai': {
    extra: {
      'src/chat.ts': 'an entry of its own: one wire, without pictures, for bundles whose size counts',
      'src/responses.ts': 'an entry of its own: one wire, without pictures, for bundles whose size counts',
      'src/schemes.ts': 'of provider.ts and both entries: servers that a DSN names',
    },
  },
  'provider-anthropic': {
    extra: {
      'src/body.ts': 'the bytes of the body: tool schemas are serialised once',
      'src/citations.ts': 'what a text cites, which the vendor wants back in part',
      'src/content-blocks.ts': 'of stream.ts: blocks by their index, parallel calls',
      'src/deferred-tools.ts': 'tools that a result loads: their names and references',
    },
  },
  'provider-bedrock': {
    extra: {
      'src/auth.ts': 'two ways to sign, and four places where keys can be',
      'src/converse.ts': 'one call: the SDK has its own transport and decodes its streams',
      'src/clients.ts': 'rotating keys must not pile up clients, which hold sockets',
      'src/data.ts': 'regions and inference profiles as places where content is processed',
      'src/invoke.ts': 'of embedding.ts and rerank.ts: one call with the body of a maker',
      'src/media.ts': 'types of pictures, documents, videos and sounds as formats of the wire',
      'src/response-check.ts': 'middleware that checks a response, because the SDK takes no `fetch`',
    },
  },
  'provider-google': {
    extra: {
      'src/data.ts': 'locations as places where content is processed',
      'src/grounding.ts': 'of stream.ts: what a text rests on, counted in bytes',
      'src/partial-args.ts': 'of stream.ts: arguments that come value by value',
      'src/platform.ts': 'two platforms with three addresses behind one SDK',
      'src/wav.ts': 'of speech.ts: samples come without a header',
    },
  },
  'provider-cli': {
    extra: {
      'src/child.ts': 'spawning, feeding and ending a process tree',
      'src/command.ts': 'where the command is',
      'src/detect.ts': 'which CLIs are installed and logged in',
      'src/environment.ts': 'what of the environment a child may see',
      'src/message-stream.ts': 'the wire that two of the CLIs share',
      'src/output-reader.ts': 'what the readers of the CLIs have in common',
      'src/reset.ts': 'when a subscription is usable again, as the CLIs say it',
      'src/run.ts': 'one run from the spawn to the last line: there is no connection',
      'src/spec.ts': 'the ways in which the CLIs differ',
      'src/transcript.ts': 'a conversation as one prompt',
      'src/watchdog.ts': 'what ends a child when the app is gone',
      'src/workspace.ts': 'an empty folder to run in',
    },
  },
  'provider-llama-swap': {
    extra: {
      'src/events.ts': 'the server tells what it does in events of its own',
      'src/loading.ts': 'texts that the server adds while a model is loaded',
      'src/running.ts': 'what is loaded, as the server says it',
    },
  },
  'provider-cloudflare': {
    extra: {
      'src/answer.ts': 'what the four shapes of an answer write into',
      'src/binding.ts': 'of connection.ts: the way inside a Worker',
      'src/rest.ts': 'of connection.ts: the way everywhere else; there is no SDK',
      'src/run.ts': 'of connection.ts: what both ways are asked',
      'src/shapes.ts': 'the shapes in which a run answers, by model',
    },
  },
  'provider-ollama': {
    extra: {
      'src/custom-client.ts': 'sends with a client of the application, which takes no other `fetch`',
      'src/host.ts': 'the forms that OLLAMA_HOST may have',
      'src/pull.ts': 'fetching a model is an operation of its own',
    },
  },
};

/** Files of Chat Completions in openai-wire, which have the same names in a separate folder. */
export const SHARED_WIRE_FILES: readonly string[] = [
  'src/index.ts',
  'src/chat/request.ts',
  'src/chat/stream.ts',
  'src/chat/response.ts',
  'src/chat/quirks.ts',
];

/** Functions with more than 60 lines, as file and name, each with the reason why it is not split. */
export const LONG_FUNCTIONS: Readonly<Record<string, string>> = {
  'apps/cli/src/serve/serve.ts serve': 'starts one server, step by step',
  'packages/agents/ui/src/ag-ui-translator.ts agUiTranslator': 'one case per type of event',
  'packages/operation/admin/src/api/key-routes.ts keyRoutes': 'a table of routes',
  'packages/providers/claude/src/recovery.ts claudeRecoveries': 'a table of error messages',
  'packages/stores/store-postgres/src/sql/functions.ts functionsSql': 'SQL',
  'packages/stores/store-postgres/src/sql/tables.ts tablesSql': 'SQL',
};
