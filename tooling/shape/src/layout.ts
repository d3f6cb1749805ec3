/** The files of every provider package, in the order in which a reader meets them. */
export const PROVIDER_FILES: readonly string[] = [
  'src/index.ts',
  'src/provider.ts',
  'src/request.ts',
  'src/stream.ts',
  'src/response.ts',
  'src/errors.ts',
  'src/quirks.ts',
  'src/models.ts',
  'test/conformance.test.ts',
];

/** Files that any provider may have, always under these names: what outgrew the file beside it. */
export const OPTIONAL_FILES: Readonly<Record<string, string>> = {
  'src/tools.ts': 'of request.ts: tools and tool choice',
  'src/messages.ts': 'of request.ts: the turns of the transcript',
  'src/blocks.ts': 'of request.ts: one part',
  'src/schema.ts': 'of request.ts: JSON Schema in the dialect of the wire',
  'src/thinking.ts': 'of request.ts: how reasoning is asked for',
  'src/cache.ts': 'of request.ts: where the prompt is cached',
  'src/recovery.ts': 'of errors.ts: which changed request may succeed',
  'src/connection.ts': 'of provider.ts: endpoint, credential and client of one attempt',
  'src/listed.ts': 'of provider.ts: the list of models',
  'src/image.ts': 'of provider.ts: image models',
  'src/options.ts': 'of index.ts: options that other files need as well',
  'src/profiles.ts': 'of models.ts: services that speak the same wire',
};

/** Deviations of one provider package: file → reason. */
export interface Deviations {
  readonly absent?: Readonly<Record<string, string>>;
  readonly extra?: Readonly<Record<string, string>>;
}

const WIRE_IS_SHARED: Readonly<Record<string, string>> = {
  'src/request.ts': 'openai-wire',
  'src/stream.ts': 'openai-wire',
  'src/response.ts': 'openai-wire',
  'src/quirks.ts': 'openai-wire',
};

/** Every difference from the common layout, with its reason. */
export const DEVIATIONS: Readonly<Record<string, Deviations>> = {
  'provider-openai': { absent: WIRE_IS_SHARED },
  'provider-groq': { absent: WIRE_IS_SHARED },
  'provider-cerebras': { absent: WIRE_IS_SHARED },
  'provider-anthropic': {
    extra: {
      'src/body.ts': 'the bytes of the body: tool schemas are serialised once',
    },
  },
  'provider-bedrock': {
    extra: {
      'src/auth.ts': 'two ways to sign, and four places where keys can be',
      'src/clients.ts': 'rotating keys must not pile up clients, which hold sockets',
      'src/frames.ts': 'the SDK takes the memory for any length that it reads',
    },
  },
  'provider-google': {
    extra: { 'src/platform.ts': 'two platforms with three addresses behind one SDK' },
  },
  'provider-cli': {
    extra: {
      'src/child.ts': 'spawning, feeding and ending a process tree',
      'src/command.ts': 'where the command is',
      'src/detect.ts': 'which CLIs are installed and logged in',
      'src/environment.ts': 'what of the environment a child may see',
      'src/message-stream.ts': 'the wire that three of the CLIs share',
      'src/reset.ts': 'when a subscription is usable again, as the CLIs say it',
      'src/run.ts': 'one run from the spawn to the last line',
      'src/transcript.ts': 'a conversation as one prompt',
      'src/workspace.ts': 'an empty folder to run in',
    },
  },
  'provider-llama-swap': {
    absent: { ...WIRE_IS_SHARED },
    extra: {
      'src/events.ts': 'the server tells what it does in events of its own',
      'src/json.ts': 'reading the management API, which wraps JSON in JSON',
      'src/loading.ts': 'texts that the server adds while a model is loaded',
      'src/manage.ts': 'the management API: models, running, unload',
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
      'src/host.ts': 'the forms that OLLAMA_HOST may have',
      'src/pull.ts': 'fetching a model is an operation of its own',
    },
  },
};

/** The chat wire, shared by every provider that speaks it, keeps the same names in a folder of its own. */
export const SHARED_WIRE_FILES: readonly string[] = [
  'src/index.ts',
  'src/chat/request.ts',
  'src/chat/stream.ts',
  'src/chat/response.ts',
  'src/chat/quirks.ts',
];

/** Sources of more than 350 lines, each with the reason why it is not split. */
export const LONG_FILES: Readonly<Record<string, string>> = {};
