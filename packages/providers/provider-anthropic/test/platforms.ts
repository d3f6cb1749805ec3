import { AnthropicAws } from '@anthropic-ai/aws-sdk';
import { AnthropicFoundry } from '@anthropic-ai/foundry-sdk';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
import { anthropicMessages, type Harness, type Wire } from '@majordomo/conformance';
import { isRecord } from '@majordomo/core/toolkit';
import { OAuth2Client } from 'google-auth-library';
import { createAnthropic } from '../src/index.ts';

const MODEL = 'claude-opus-5-5';
const VERTEX_PATH =
  /^\/projects\/p\/locations\/europe-west1\/publishers\/anthropic\/models\/([^/:]+):(?:streamR|r)awPredict$/;

/** Messages API of Google Vertex AI: the path has the model, and the body the version. */
const vertexMessages: Wire = {
  ...anthropicMessages,
  accepts: (method, path) => method === 'POST' && VERTEX_PATH.test(path),
  read(path, body) {
    const model = VERTEX_PATH.exec(path)?.[1] ?? '';
    return anthropicMessages.read(path, isRecord(body) ? { ...body, model } : body);
  },
  // A body with a model, or without the version, is invalid.
  validate(body, options) {
    const { anthropic_version: version, ...rest } = isRecord(body) ? body : {};
    const isValid = typeof version === 'string' && !('model' in rest);
    return anthropicMessages.validate(isValid ? { ...rest, model: MODEL } : body, options);
  },
};

/** Client of Google without a key. It refreshes nothing, because its token does not expire. */
function googleClient(): OAuth2Client {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: 'any', expiry_date: Date.UTC(2100, 0) });
  return client;
}

const SECRET = 'sk-test';
const cannot = { 'missing-key': 'the client has its own credential' };

/** Clients of Anthropic's SDKs for other platforms. */
export const platforms: readonly (readonly [name: string, harness: Harness])[] = [
  [
    'Google Vertex AI',
    {
      wire: vertexMessages,
      model: MODEL,
      cannot,
      open: ({ baseURL }) =>
        createAnthropic({
          client: new AnthropicVertex({
            region: 'europe-west1',
            projectId: 'p',
            authClient: googleClient(),
            baseURL,
          }),
          vendor: 'google-vertex-anthropic',
        }),
    },
  ],
  [
    'Microsoft Foundry',
    {
      wire: anthropicMessages,
      model: MODEL,
      cannot,
      open: ({ baseURL }) =>
        createAnthropic({ client: new AnthropicFoundry({ apiKey: SECRET, baseURL }), vendor: 'azure' }),
    },
  ],
  [
    'AWS',
    {
      wire: anthropicMessages,
      model: MODEL,
      cannot,
      open: ({ baseURL }) =>
        createAnthropic({
          client: new AnthropicAws({
            awsRegion: 'eu-central-1',
            awsAccessKey: 'AKIA',
            awsSecretAccessKey: SECRET,
            workspaceId: 'w',
            baseURL,
          }),
          vendor: 'anthropic',
        }),
    },
  ],
];
