import {
  createMajordomo,
  user,
  type ChatRequest,
  type Model,
  type Provider,
  type ToolSpec,
} from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { anthropicMessages, bedrockConverse, startWireServer, type Wire } from '@majordomo/conformance';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';

/** Models with their id on Bedrock, and whether the effort is the same there. */
const MODELS: readonly (readonly [id: string, onBedrock: string, effort: 'same' | 'differs'])[] = [
  ['claude-3-haiku-20240307', 'anthropic.claude-3-haiku-20240307-v1:0', 'same'],
  ['claude-3-5-sonnet-20241022', 'us.anthropic.claude-3-5-sonnet-20241022-v2:0', 'same'],
  ['claude-3-7-sonnet-20250219', 'us.anthropic.claude-3-7-sonnet-20250219-v1:0', 'same'],
  ['claude-sonnet-4-20250514', 'us.anthropic.claude-sonnet-4-20250514-v1:0', 'same'],
  ['claude-opus-4-1-20250805', 'us.anthropic.claude-opus-4-1-20250805-v1:0', 'same'],
  // On Bedrock, its effort is a beta feature of InvokeModel.
  ['claude-opus-4-5-20251101', 'global.anthropic.claude-opus-4-5-20251101-v1:0', 'differs'],
  ['claude-haiku-4-5-20251001', 'global.anthropic.claude-haiku-4-5-20251001-v1:0', 'same'],
  ['claude-opus-4-6', 'global.anthropic.claude-opus-4-6-v1', 'same'],
  ['claude-sonnet-4-6', 'us.anthropic.claude-sonnet-4-6', 'same'],
  ['claude-opus-4-7', 'us.anthropic.claude-opus-4-7', 'same'],
  ['claude-opus-4-8', 'us.anthropic.claude-opus-4-8', 'same'],
  ['claude-opus-5', 'us.anthropic.claude-opus-5', 'same'],
  ['claude-sonnet-5', 'us.anthropic.claude-sonnet-5', 'same'],
  ['claude-fable-5', 'us.anthropic.claude-fable-5', 'same'],
  ['claude-opus-5-5', 'us.anthropic.claude-opus-5-5', 'same'],
  ['claude-sonnet-5-5', 'us.anthropic.claude-sonnet-5-5', 'same'],
  ['claude-haiku-5-5', 'us.anthropic.claude-haiku-5-5', 'same'],
  ['claude-fable-5-2', 'us.anthropic.claude-fable-5-2', 'same'],
  // Model ids that the providers do not know.
  ['claude-haiku-5', 'us.anthropic.claude-haiku-5', 'same'],
  ['claude-opus-6', 'global.anthropic.claude-opus-6-v1:0', 'same'],
];

const tools: ToolSpec[] = [
  { name: 'look', description: 'Looks', parameters: { type: 'object', properties: {} } },
];

const REQUESTS: Readonly<Record<string, Partial<ChatRequest>>> = {
  'an effort': { reasoning: 'low' },
  'another effort in a short answer': { reasoning: 'high', maxTokens: 1500 },
  'no reasoning': { reasoning: 'none' },
  'a forced tool': { tools, toolChoice: 'required' },
  'a tool by name, with an effort': { tools, toolChoice: { name: 'look' }, reasoning: 'medium' },
  temperature: { temperature: 0.3 },
  'both kinds of sampling': { temperature: 0.3, topP: 0.9 },
  'sampling with reasoning': { temperature: 0.3, topP: 0.5, reasoning: 'low' },
  'more output tokens than the limit of the model': { maxTokens: 1_000_000 },
};

const anthropic = (baseURL: string): Provider => createAnthropic({ baseURL, apiKey: 'k' });
const bedrock = (baseURL: string): Provider =>
  createBedrock({
    baseURL,
    apiKey: 'k',
    region: 'us-east-1',
    requestHandler: () => new NodeHttpHandler(),
  });

/** Sends a request. Returns its settings in a form that does not depend on the wire, and the warnings of the response. */
async function sendRequest(
  wire: Wire,
  open: (baseURL: string) => Provider,
  id: string,
  request: Partial<ChatRequest>,
): Promise<Record<string, unknown>> {
  await using server = await startWireServer({ wire, script: ['ok'] });
  const provider = open(server.baseURL);
  const model = createMajordomo({ env: {}, providers: [provider] }).model(`${provider.id}/${id}`);
  const { warnings } = await model.generate({ messages: [user('hi')], maxTokens: 6000, ...request });
  return {
    ...settingsIn(server.requests[0]?.body as Body),
    warnings: warnings.map(({ what, why }) => `${what}: ${why}`),
  };
}

interface Body extends Readonly<Record<string, unknown>> {
  readonly inferenceConfig?: { maxTokens?: number; temperature?: number; topP?: number };
  readonly additionalModelRequestFields?: { thinking?: unknown };
  readonly outputConfig?: { effort?: string };
  readonly output_config?: { effort?: string };
  readonly toolConfig?: { toolChoice?: { any?: object; tool?: { name: string } } };
  readonly tool_choice?: { type: string; name?: string };
}

function settingsIn(body: Body): Record<string, unknown> {
  const { inferenceConfig: inference, tool_choice: choice } = body;
  const bedrockChoice = body.toolConfig?.toolChoice;
  return {
    maxTokens: body['max_tokens'] ?? inference?.maxTokens,
    temperature: body['temperature'] ?? inference?.temperature,
    topP: body['top_p'] ?? inference?.topP,
    thinking: body['thinking'] ?? body.additionalModelRequestFields?.thinking,
    effort: body.output_config?.effort ?? body.outputConfig?.effort,
    // One wire sends "auto" for an unforced choice, and the other omits it.
    forced: forcedTool(choice) ?? bedrockChoice?.tool?.name ?? (bedrockChoice?.any && 'any'),
  };
}

const forcedTool = (choice: Body['tool_choice']): string | undefined =>
  choice === undefined || choice.type === 'auto' ? undefined : (choice.name ?? choice.type);

/** Address that receives no request. */
const UNUSED_URL = 'http://127.0.0.1:9';

const modelOf = ({ model }: Provider, id: string): Model => model(id);

describe.each(MODELS)('%s and %s', (id, onBedrock, effort) => {
  const {
    images: _images,
    files: _files,
    resultFiles: _resultFiles,
    fileLimits: _limits,
    // Bedrock runs no programs.
    programs: _programs,
    ...expected
  } = modelOf(anthropic(UNUSED_URL), id).capabilities;

  it('have the same capabilities', () => {
    const {
      images: _bedrockImages,
      files: _bedrockFiles,
      resultFiles: _bedrockResultFiles,
      fileLimits: _bedrockLimits,
      ...actual
    } = modelOf(bedrock(UNUSED_URL), onBedrock).capabilities;
    expect(actual).toEqual(expected);
  });

  it.each(Object.entries(REQUESTS))('receive the same settings for %s', async (_name, request) => {
    const direct = await sendRequest(anthropicMessages, anthropic, id, request);
    const viaBedrock = await sendRequest(bedrockConverse, bedrock, onBedrock, request);
    if (effort === 'differs') delete direct['effort'];
    expect(viaBedrock).toEqual({ effort: undefined, ...direct });
  });
});
