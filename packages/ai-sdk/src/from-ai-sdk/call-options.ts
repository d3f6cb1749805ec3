import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4ToolChoice,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { JsonObject, ModelRequest, ModelTool, ToolChoice, Warning } from '@majordomo/core';
import { checkInteger, unsentSettingWarnings } from '@majordomo/core/toolkit';
import { objectRoot, wellFormedStrings } from '@majordomo/wire-kit';
import { theirPrompt } from './prompt.ts';

/** Our request as theirs, with what has no place in it. */
export interface TheirCall {
  readonly options: LanguageModelV4CallOptions;
  readonly warnings: readonly Warning[];
}

export function theirCallOptions(request: ModelRequest, family: string, signal: AbortSignal): TheirCall {
  checkInteger(request.maxTokens, 'maxTokens');
  const { tools, output, reasoning, stop, extra, toolChoice } = request;
  const options: LanguageModelV4CallOptions = {
    prompt: theirPrompt(request, family),
    abortSignal: signal,
    ...given({
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
    ...(tools.length === 0 ? {} : { tools: tools.map(theirTool), toolChoice: theirChoice(toolChoice) }),
    ...(output === undefined
      ? {}
      : {
          responseFormat: {
            type: 'json',
            ...given({
              name: output.schema && output.name,
              schema: output.schema,
            }),
          },
        }),
    // The app's own JSON, for their package to check.
    ...(Object.keys(extra).length === 0 ? {} : { providerOptions: extra as SharedV4ProviderOptions }),
  };
  const warnings = unsentSettingWarnings(
    request,
    ['cache', 'logprobs', 'serviceTier'],
    'models of the AI SDK take it in options of their own: see extra',
  );
  return { options: wellFormed(options), warnings };
}

/** Half of a surrogate pair reaches no vendor; the signal is none of the data. */
const wellFormed = ({ abortSignal, ...data }: LanguageModelV4CallOptions): LanguageModelV4CallOptions => ({
  ...wellFormedStrings(data),
  ...given({ abortSignal }),
});

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Their members may be missing, and not `undefined`. */
function given<T extends object>(members: T): Partial<Given<T>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<
    Given<T>
  >;
}

const theirTool = ({ name, description, parameters, strict }: ModelTool): LanguageModelV4FunctionTool => ({
  type: 'function',
  name,
  description,
  inputSchema: withMembers(objectRoot(parameters)),
  ...(strict === undefined ? {} : { strict }),
});

/** OpenAI refuses an object that names no members. */
const withMembers = (schema: JsonObject): JsonObject =>
  'properties' in schema ? schema : { ...schema, properties: {} };

const theirChoice = (choice: ToolChoice = 'auto'): LanguageModelV4ToolChoice =>
  typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name };
