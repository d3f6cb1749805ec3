import type { JSONObject, LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';
import type { CallOptions, ChatRequest, JsonObject, ToolChoice, ToolSpec } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';
import { fromSdkMessage } from './messages.ts';
import type { BridgeOptions } from './options.ts';
import type { Unsupported } from './unsupported.ts';

/** Request and options of a call from the AI SDK. */
export interface ParsedCall {
  readonly request: ChatRequest;
  readonly call: CallOptions;
  /** Warnings about settings that are not sent. */
  readonly warnings: readonly SharedV4Warning[];
}

/** Converts the options of a call to a request. Throws `config` for invalid `providerOptions.majordomo`. */
export function parseCall(callOptions: LanguageModelV4CallOptions, bridge: BridgeOptions): ParsedCall {
  const warnings: SharedV4Warning[] = [];
  const unsupported: Unsupported = (feature, details) => {
    warnings.push({ type: 'unsupported', feature, details });
  };
  const ownOptions = majordomoOptions(callOptions, unsupported);
  warnOfHeaders(callOptions, unsupported);
  if (callOptions.includeRawChunks === true)
    unsupported('includeRawChunks', 'a chain may call several vendors, so it returns no raw chunks');
  const tools = fromSdkTools(callOptions, unsupported);
  const request: ChatRequest = {
    messages: callOptions.prompt.flatMap((message) => fromSdkMessage(message, unsupported)),
    ...(tools.length === 0 ? {} : { tools, toolChoice: fromSdkToolChoice(callOptions) }),
    maxTokens: callOptions.maxOutputTokens,
    temperature: callOptions.temperature,
    topP: callOptions.topP,
    topK: callOptions.topK,
    frequencyPenalty: callOptions.frequencyPenalty,
    presencePenalty: callOptions.presencePenalty,
    stop: callOptions.stopSequences,
    seed: callOptions.seed,
    output: fromSdkOutput(callOptions),
    reasoning: callOptions.reasoning === 'provider-default' ? undefined : callOptions.reasoning,
    // Core validates this JSON value of the application.
    cache: ownOptions['cache'] as ChatRequest['cache'],
    extra: ownOptions['extra'] as ChatRequest['extra'],
  };
  const call: CallOptions = {
    signal: callOptions.abortSignal,
    tenant: ownOptions['tenant'] as CallOptions['tenant'],
    metadata: ownOptions['metadata'] as CallOptions['metadata'],
    ...(bridge.totalMs === undefined ? {} : { timeouts: { totalMs: bridge.totalMs } }),
  };
  return { request, call, warnings };
}

/** Returns `providerOptions.majordomo`. Options for vendors are not sent, because their keys are names of AI SDK packages. */
function majordomoOptions(
  { providerOptions = {} }: LanguageModelV4CallOptions,
  unsupported: Unsupported,
): JSONObject {
  const { majordomo = {}, ...others } = providerOptions;
  for (const name of Object.keys(others)) {
    unsupported(`providerOptions.${name}`, 'put vendor members into providerOptions.majordomo.extra');
  }
  checkOptions('providerOptions.majordomo', majordomo, {
    // Core checks this value.
    cache: true,
    extra: 'object',
    tenant: 'string',
    metadata: 'object',
  });
  return majordomo;
}

/** Adds a warning about headers, except the user agent that the AI SDK adds to every call. */
function warnOfHeaders({ headers = {} }: LanguageModelV4CallOptions, unsupported: Unsupported): void {
  const names = Object.keys(headers).filter(
    (name) => name.toLowerCase() !== 'user-agent' && headers[name] !== undefined,
  );
  if (names.length > 0) unsupported('headers', `not sent: ${names.join(', ')}; pass them to the provider`);
}

function fromSdkTools({ tools = [] }: LanguageModelV4CallOptions, unsupported: Unsupported): ToolSpec[] {
  return tools.flatMap((tool): ToolSpec[] => {
    if (tool.type === 'provider') {
      unsupported(`tool ${tool.id}`, 'it runs at one vendor, and a chain may call several');
      return [];
    }
    if (tool.inputExamples !== undefined) {
      unsupported(`inputExamples of ${tool.name}`, 'put them into its description');
    }
    const parameters = tool.inputSchema as JsonObject;
    return [{ name: tool.name, description: tool.description ?? '', parameters }];
  });
}

function fromSdkToolChoice({ toolChoice }: LanguageModelV4CallOptions): ToolChoice | undefined {
  return toolChoice?.type === 'tool' ? { name: toolChoice.toolName } : toolChoice?.type;
}

function fromSdkOutput({ responseFormat }: LanguageModelV4CallOptions): ChatRequest['output'] {
  if (responseFormat?.type !== 'json') return undefined;
  return responseFormat.schema === undefined ? 'json' : (responseFormat.schema as JsonObject);
}
