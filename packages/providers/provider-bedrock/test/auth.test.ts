import { NodeHttpHandler } from '@smithy/node-http-handler';
import { LlmError } from '@majordomo/core';
import { answers, contextOf, requestOf, type TestServer } from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createBedrock, type BedrockOptions } from '../src/index.ts';
import { serverOf, type Protocol } from './server.ts';
import { signatureFor, signedOf } from './signature.ts';

const ANSWER = {
  output: { message: { role: 'assistant', content: [{ text: 'hi' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
};
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

let server: TestServer;
afterEach(() => server.close());

const serve = async (protocol: Protocol = 'http1'): Promise<void> => {
  server = await serverOf(protocol, answers(ANSWER));
};

const callModel = (
  options: BedrockOptions,
  env: Record<string, string> = {},
  modelId = 'anthropic.claude-test',
): Promise<Collected> =>
  collect(
    createBedrock({ baseURL: server.origin, requestHandler: () => new NodeHttpHandler(), ...options }).model(
      modelId,
    ),
    requestOf(),
    contextOf({ delivery: 'complete', env }),
  );

describe('signing', () => {
  it.each([
    ['HTTP/1.1', 'http1', 'anthropic.claude-3-7-sonnet-20250219-v1:0'],
    ['HTTP/2', 'http2', 'us.anthropic.claude-sonnet-4-20250514-v1:0'],
    [
      'an ARN',
      'http1',
      'arn:aws:bedrock:us-east-1:012345678901:inference-profile/us.anthropic.claude-3-7-sonnet-20250219-v1:0',
    ],
  ] as const)(
    'for %s results in the signature of an independent signer',
    async (_name, protocol, modelId) => {
      await serve(protocol);
      const handler = protocol === 'http2' ? { requestHandler: undefined } : {};
      const collected = await callModel(
        { region: 'eu-west-1', credentials: { ...KEYS, sessionToken: 'token' }, ...handler },
        {},
        modelId,
      );
      expect(collected.text).toBe('hi');
      const [request] = server.requests;
      if (request === undefined) throw new Error('no request');
      expect(request.path).toBe(`/model/${encodeURIComponent(modelId)}/converse`);
      expect(request.headers['x-amz-security-token']).toBe('token');
      expect(signedOf(request)).toMatchObject({
        accessKeyId: 'AKIDEXAMPLE',
        region: 'eu-west-1',
        service: 'bedrock',
      });
      expect(signedOf(request).signature).toBe(signatureFor(request, KEYS.secretAccessKey));
      expect(signatureFor(request, 'another secret')).not.toBe(signedOf(request).signature);
    },
  );

  it('sends and signs headers of application and provider; those of the provider take precedence', async () => {
    await serve();
    const provider = createBedrock({
      region: 'us-east-1',
      credentials: KEYS,
      baseURL: server.origin,
      requestHandler: () => new NodeHttpHandler(),
      headers: { 'X-Team': 'provider' },
    });
    await collect(
      provider.model('m'),
      requestOf(),
      contextOf({ delivery: 'complete', headers: { 'x-team': 'app', 'x-app': 'yes' } }),
    );
    const [request] = server.requests;
    expect(request?.headers).toMatchObject({ 'x-team': 'provider', 'x-app': 'yes' });
    expect(request === undefined ? [] : signedOf(request).signedHeaders).toContain('x-team');
  });
});

describe('credentials', () => {
  it('calls a credential function for each attempt', async () => {
    await serve();
    let turn = 0;
    const credentials = (): Promise<typeof KEYS> =>
      Promise.resolve({ accessKeyId: `AKID${++turn}`, secretAccessKey: `secret ${turn}` });
    const model = createBedrock({
      region: 'us-east-1',
      credentials,
      baseURL: server.origin,
      requestHandler: () => new NodeHttpHandler(),
    }).model('m');
    for (const n of [1, 2]) {
      await collect(model, requestOf(), contextOf({ delivery: 'complete' }));
      const request = server.requests.at(-1);
      if (request === undefined) throw new Error('no request');
      expect(signedOf(request).accessKeyId).toBe(`AKID${n}`);
      expect(signedOf(request).signature).toBe(signatureFor(request, `secret ${n}`));
    }
  });

  it('uses keys that change in the environment', async () => {
    await serve();
    const options = { baseURL: server.origin, requestHandler: () => new NodeHttpHandler() };
    const model = createBedrock(options).model('m');
    for (const id of ['AKIDONE', 'AKIDTWO']) {
      const env = { AWS_REGION: 'us-west-2', AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: 'secret' };
      await collect(model, requestOf(), contextOf({ delivery: 'complete', env }));
    }
    expect(server.requests.map((request) => signedOf(request).accessKeyId)).toEqual(['AKIDONE', 'AKIDTWO']);
    expect(server.requests.map((request) => signedOf(request).region)).toEqual(['us-west-2', 'us-west-2']);
  });

  it.each([
    ['the option', { apiKey: 'bedrock-api-key' }, {}],
    ['the environment', {}, { AWS_BEARER_TOKEN_BEDROCK: 'bedrock-api-key' }],
  ])('sends a bearer token of %s without signing', async (_name, options, env) => {
    await serve();
    const collected = await callModel({ region: 'us-east-1', ...options }, env);
    expect(collected.text).toBe('hi');
    expect(server.requests[0]?.headers['authorization']).toBe('Bearer bedrock-api-key');
  });

  it.each([
    [401, 'bad token'],
    [403, 'Authentication failed: Please make sure your API Key is valid.'],
  ])('calls a token function with the value that a %i rejected', async (status, message) => {
    server = await serverOf('http1', (response, { headers }) => {
      const isNew = headers['authorization'] === 'Bearer new';
      (isNew ? answers(ANSWER) : answers({ message }, status))(response);
    });
    const rejected: (string | undefined)[] = [];
    const apiKey = (context: { readonly rejected: string | undefined }): string => {
      rejected.push(context.rejected);
      return context.rejected === 'old' ? 'new' : 'old';
    };
    const options = {
      region: 'us-east-1',
      apiKey,
      baseURL: server.origin,
      requestHandler: () => new NodeHttpHandler(),
    };
    const model = createBedrock(options).model('m');
    const first = await collect(model, requestOf(), contextOf({ delivery: 'complete' }));
    expect(first.error).toMatchObject({ kind: 'auth', details: { recover: { id: 'credential' } } });
    const recover = LlmError.is(first.error) ? first.error.details.recover : undefined;
    const recoveries = recover === undefined ? [] : [recover];
    const second = await collect(model, requestOf(), contextOf({ delivery: 'complete', recoveries }));
    expect(second.text).toBe('hi');
    await collect(model, requestOf(), contextOf({ delivery: 'complete' }));
    expect(rejected).toEqual([undefined, 'old', undefined]);
  });

  it.each([
    ['ExpiredTokenException', 'The security token included in the request is expired', 'credential'],
    ['UnrecognizedClientException', 'The security token included in the request is invalid.', 'credential'],
    ['AccessDeniedException', "You don't have access to the model.", undefined],
  ])('%s "%s" after keys of a function: recovery is %s', async (name, message, id) => {
    server = await serverOf('http1', answers({ message }, 403, { 'x-amzn-errortype': name }));
    const { error } = await callModel({ region: 'us-east-1', credentials: () => KEYS });
    expect(error?.details.recover?.id).toBe(id);
    expect(
      (await callModel({ region: 'us-east-1', credentials: KEYS })).error?.details.recover,
    ).toBeUndefined();
  });

  it('fails with auth and sends nothing if the function fails', async () => {
    await serve();
    const credentials = (): Promise<typeof KEYS> => Promise.reject(new Error('the vault is sealed'));
    const { error } = await callModel({ region: 'us-east-1', credentials });
    expect(error).toMatchObject({ kind: 'auth' });
    expect(error?.message).toContain('the vault is sealed');
    expect(server.requests).toEqual([]);
  });
});

describe('an endpoint of the AWS tools', () => {
  const options = { baseURL: undefined, region: 'us-east-1', credentials: KEYS };
  const closed = 'http://127.0.0.1:9';

  it.each(['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL'])(
    'is read from %s of env',
    async (name) => {
      await serve();
      expect((await callModel(options, { AWS_ENDPOINT_URL: closed, [name]: server.origin })).text).toBe('hi');
      expect((await callModel({ ...options, baseURL: server.origin }, { [name]: closed })).text).toBe('hi');
    },
  );

  it('is read from AWS_ENDPOINT_URL if the variable of the service is empty', async () => {
    await serve();
    const env = { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: '', AWS_ENDPOINT_URL: server.origin };
    expect((await callModel(options, env)).text).toBe('hi');
  });

  it('is not read from the process environment', async () => {
    await serve();
    const before = process.env['AWS_ENDPOINT_URL_BEDROCK_RUNTIME'];
    process.env['AWS_ENDPOINT_URL_BEDROCK_RUNTIME'] = server.origin;
    try {
      const requestHandler = {
        handle: ({ hostname }: { hostname: string }) => Promise.reject(new Error(`asked ${hostname}`)),
      };
      const ignored = { AWS_ENDPOINT_URL: server.origin, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
      for (const env of [{}, { AWS_ENDPOINT_URL: '' }, ignored]) {
        const { error } = await callModel({ ...options, requestHandler }, env);
        expect(error?.message).toContain('asked bedrock-runtime.us-east-1.amazonaws.com');
      }
    } finally {
      if (before === undefined) delete process.env['AWS_ENDPOINT_URL_BEDROCK_RUNTIME'];
      else process.env['AWS_ENDPOINT_URL_BEDROCK_RUNTIME'] = before;
    }
    expect(server.requests).toEqual([]);
  });
});

describe('sources', () => {
  const KEY_ENV = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'very secret' };
  it.each([
    [
      'options',
      { region: 'r', credentials: KEYS },
      { AWS_REGION: 'other' },
      { region: 'r', regionFrom: 'option', credentialsFrom: 'option credentials' },
    ],
    [
      'a token',
      { apiKey: 'k' },
      { AWS_REGION: 'r', ...KEY_ENV },
      { region: 'r', regionFrom: 'AWS_REGION', credentialsFrom: 'option apiKey' },
    ],
    [
      'a token in the environment',
      {},
      { AWS_BEARER_TOKEN_BEDROCK: 't', ...KEY_ENV },
      { credentialsFrom: 'AWS_BEARER_TOKEN_BEDROCK' },
    ],
    [
      'keys in the environment',
      {},
      { AWS_DEFAULT_REGION: 'd', ...KEY_ENV },
      { region: 'd', regionFrom: 'AWS_DEFAULT_REGION', credentialsFrom: 'AWS_ACCESS_KEY_ID' },
    ],
    ['a profile', {}, { AWS_PROFILE: 'work' }, { credentialsFrom: 'AWS_PROFILE' }],
    ['nothing', {}, {}, { region: undefined, regionFrom: 'the SDK', credentialsFrom: 'the SDK' }],
  ] as const)('name the origin of region and credentials: %s', async (_name, options, env, expected) => {
    await serve();
    const sources = createBedrock(options).sources(env);
    expect(sources).toMatchObject(expected);
    expect(JSON.stringify(sources)).not.toMatch(/secret|AKID/);
  });

  it('hides headers with credentials in errors', async () => {
    server = await serverOf('http1', (response, { headers: sent }) => {
      const message = `unexpected ${String(sent['x-gateway-key'])}`;
      answers({ message }, 400, { 'x-amzn-errortype': 'ValidationException' })(response);
    });
    const headers = { 'X-Gateway-Key': 'gateway-secret-1' };
    const { error } = await callModel({ region: 'us-east-1', credentials: KEYS, headers });
    expect(error?.message).toContain('unexpected');
    expect(`${JSON.stringify(error)} ${String(error?.cause)}`).not.toContain('gateway-secret-1');
  });

  it('are named in an auth error without secrets', async () => {
    const message = `The security token ${KEYS.secretAccessKey} is invalid`;
    const type = { 'x-amzn-errortype': 'UnrecognizedClientException' };
    server = await serverOf('http1', answers({ message }, 403, type));
    const { error } = await callModel({ region: 'us-east-1', credentials: KEYS });
    expect(error?.kind).toBe('auth');
    expect(error?.message).toContain('region us-east-1 from option, credentials from option credentials');
    expect(JSON.stringify(error)).not.toContain(KEYS.secretAccessKey);
    expect(`${error?.stack ?? ''} ${String(error?.cause)}`).not.toContain(KEYS.secretAccessKey);
  });
});
