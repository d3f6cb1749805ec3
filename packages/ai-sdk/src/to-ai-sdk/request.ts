import type { JSONObject, LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';
import type { CallOptions, ChatRequest, JsonObject, ToolChoice, ToolSpec } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';
import { ourMessage } from './messages.ts';
import type { BridgeOptions } from './options.ts';
import type { Unsupported } from './unsupported.ts';

/** What the AI SDK asked for, in our terms. */
export interface AskedCall {
  readonly request: ChatRequest;
  readonly call: CallOptions;
  /** What has no place in a request of ours. */
  readonly warnings: readonly SharedV4Warning[];
}

/** Throws `config` for options of ours that cannot be meant. */
export function readCall(asked: LanguageModelV4CallOptions, bridge: BridgeOptions): AskedCall {
  const warnings: SharedV4Warning[] = [];
  const unsupported: Unsupported = (feature, details) => {
    warnings.push({ type: 'unsupported', feature, details });
  };
  const own = ownOptions(asked, unsupported);
  unsentHeaders(asked, unsupported);
  if (asked.includeRawChunks === true) unsupported('includeRawChunks', 'a chain has no chunks of one vendor');
  const tools = ourTools(asked, unsupported);
  const request: ChatRequest = {
    messages: asked.prompt.flatMap((message) => ourMessage(message, unsupported)),
    ...(tools.length === 0 ? {} : { tools, toolChoice: ourChoice(asked) }),
    maxTokens: asked.maxOutputTokens,
    temperature: asked.temperature,
    topP: asked.topP,
    topK: asked.topK,
    frequencyPenalty: asked.frequencyPenalty,
    presencePenalty: asked.presencePenalty,
    stop: asked.stopSequences,
    seed: asked.seed,
    output: ourOutput(asked),
    reasoning: asked.reasoning === 'provider-default' ? undefined : asked.reasoning,
    // JSON of the caller's, which core checks with the rest of the request.
    cache: own['cache'] as ChatRequest['cache'],
    extra: own['extra'] as ChatRequest['extra'],
  };
  const call: CallOptions = {
    signal: asked.abortSignal,
    tenant: own['tenant'] as CallOptions['tenant'],
    metadata: own['metadata'] as CallOptions['metadata'],
    ...(bridge.totalMs === undefined ? {} : { timeouts: { totalMs: bridge.totalMs } }),
  };
  return { request, call, warnings };
}

/** `providerOptions.majordomo`. Those of vendors are for the AI SDK's own packages: their names are not the wire's. */
function ownOptions(
  { providerOptions = {} }: LanguageModelV4CallOptions,
  unsupported: Unsupported,
): JSONObject {
  const { majordomo = {}, ...others } = providerOptions;
  for (const name of Object.keys(others)) {
    unsupported(
      `providerOptions.${name}`,
      'write what the wire is to get into providerOptions.majordomo.extra',
    );
  }
  checkOptions('providerOptions.majordomo', majordomo, {
    cache: ['none', 'short', 'long'],
    extra: 'object',
    tenant: 'string',
    metadata: 'object',
  });
  return majordomo;
}

/** The AI SDK names itself in every call: that alone is no wish of the app's. */
function unsentHeaders({ headers = {} }: LanguageModelV4CallOptions, unsupported: Unsupported): void {
  const names = Object.keys(headers).filter(
    (name) => name.toLowerCase() !== 'user-agent' && headers[name] !== undefined,
  );
  if (names.length > 0) unsupported('headers', `not sent: ${names.join(', ')}; give them to the provider`);
}

function ourTools({ tools = [] }: LanguageModelV4CallOptions, unsupported: Unsupported): ToolSpec[] {
  return tools.flatMap((tool): ToolSpec[] => {
    if (tool.type === 'provider') {
      unsupported(`tool ${tool.id}`, 'it runs at one vendor, and a chain may ask several');
      return [];
    }
    if (tool.inputExamples !== undefined) {
      unsupported(`inputExamples of ${tool.name}`, 'write them into its description');
    }
    const parameters = tool.inputSchema as JsonObject;
    return [{ name: tool.name, description: tool.description ?? '', parameters }];
  });
}

function ourChoice({ toolChoice }: LanguageModelV4CallOptions): ToolChoice | undefined {
  return toolChoice?.type === 'tool' ? { name: toolChoice.toolName } : toolChoice?.type;
}

function ourOutput({ responseFormat }: LanguageModelV4CallOptions): ChatRequest['output'] {
  if (responseFormat?.type !== 'json') return undefined;
  return responseFormat.schema === undefined ? 'json' : (responseFormat.schema as JsonObject);
}
