import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4ToolChoice,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { JsonObject, ModelRequest, ModelTool, ToolChoice, Warning } from '@majordomo/core';
import { checkInteger, RARE_SETTINGS } from '@majordomo/core/toolkit';
import { unsentSettingWarnings, objectRoot, wellFormedStrings } from '@majordomo/wire-kit';
import { definedMembers } from '@majordomo/wire-kit/internal';
import { toSdkPrompt } from './prompt.ts';

/** Call options of the AI SDK, with warnings about settings that are not sent. */
export interface SdkCall {
  readonly options: LanguageModelV4CallOptions;
  readonly warnings: readonly Warning[];
}

export function toSdkCallOptions(request: ModelRequest, family: string, signal: AbortSignal): SdkCall {
  checkInteger(request.maxTokens, 'maxTokens');
  const { tools, output, reasoning, stop, extra, toolChoice } = request;
  const options: LanguageModelV4CallOptions = {
    prompt: toSdkPrompt(request, family),
    abortSignal: signal,
    ...definedMembers({
      maxOutputTokens: request.maxTokens,
      temperature: request.temperature,
      topP: request.topP,
      topK: request.topK,
      frequencyPenalty: request.frequencyPenalty,
      presencePenalty: request.presencePenalty,
      seed: request.seed,
      reasoning,
      stopSequences: stop && [...stop],
    }),
    ...(tools.length === 0 ? {} : { tools: tools.map(toSdkTool), toolChoice: toSdkToolChoice(toolChoice) }),
    ...(output === undefined
      ? {}
      : {
          responseFormat: {
            type: 'json',
            ...definedMembers({
              name: output.schema && output.name,
              schema: output.schema,
            }),
          },
        }),
    // `extra` is JSON of the application. The provider of the AI SDK checks it, so the cast needs no check here.
    ...(Object.keys(extra).length === 0 ? {} : { providerOptions: extra as SharedV4ProviderOptions }),
  };
  const warnings = unsentSettingWarnings(
    request,
    ['cache', 'logprobs', 'serviceTier', ...RARE_SETTINGS],
    'models of the AI SDK accept it in provider options; use extra',
  );
  return { options: wellFormed(options), warnings };
}

/** Replaces lone surrogates in all strings of the data, which the signal is not part of. */
const wellFormed = ({ abortSignal, ...data }: LanguageModelV4CallOptions): LanguageModelV4CallOptions => ({
  ...wellFormedStrings(data),
  ...definedMembers({ abortSignal }),
});

const toSdkTool = ({
  name,
  description,
  parameters,
  strict,
  extra,
}: ModelTool): LanguageModelV4FunctionTool => ({
  type: 'function',
  name,
  description,
  inputSchema: withProperties(objectRoot(parameters)),
  ...(strict === undefined ? {} : { strict }),
  // The provider of the AI SDK checks the options, as those of the request.
  ...(extra && { providerOptions: extra as SharedV4ProviderOptions }),
});

/** Adds an empty `properties` to a schema that has none, because OpenAI would reject the schema. */
const withProperties = (schema: JsonObject): JsonObject =>
  'properties' in schema ? schema : { ...schema, properties: {} };

const toSdkToolChoice = (choice: ToolChoice = 'auto'): LanguageModelV4ToolChoice =>
  typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name };
