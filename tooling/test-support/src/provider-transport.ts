import type { ModelContext, Provider, ProviderOptions, Recovery } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { inTurn } from './answers.ts';
import { contextOf, failureOf, requestOf } from './calls.ts';
import { testServer, type Answer } from './server.ts';

interface ProviderTransport {
  readonly create: (options: ProviderOptions) => Provider;
  /** Streamed response with the text `Hello`. */
  readonly hello: Answer;
  /** Response with status 401 that rejects the key `key-1`, and contains it. */
  readonly rejection: Answer;
  /** Returns the header that contains a key. `@default a bearer token in authorization` */
  readonly keyHeader?: (key: string) => Readonly<Record<string, string>>;
}

/** Tests the key function, the headers and the `fetch` of a provider. */
export function testProviderTransport({
  create,
  hello,
  rejection,
  keyHeader = (key) => ({ authorization: `Bearer ${key}` }),
}: ProviderTransport): void {
  describe('a key function', () => {
    it('is called for each attempt, with the key that a 401 rejected', async () => {
      await using server = await testServer(inTurn(rejection, hello));
      const rejectedKeys: (string | undefined)[] = [];
      const apiKey: ProviderOptions['apiKey'] = ({ rejected }) => {
        rejectedKeys.push(rejected);
        return `key-${rejectedKeys.length}`;
      };
      const provider = create({ apiKey, baseURL: server.origin });
      const error = await failureOf(textOf(provider));
      expect(error).toMatchObject({ kind: 'auth', details: { status: 401, recover: { id: 'credential' } } });
      expect(error.message).not.toContain('key-1');
      const recoveries = [error.details.recover as Recovery];
      expect(await textOf(provider, { recoveries })).toBe('Hello');
      expect(rejectedKeys).toEqual([undefined, 'key-1']);
      expect(server.requests).toMatchObject([
        { headers: keyHeader('key-1') },
        { headers: keyHeader('key-2') },
      ]);
    });

    it('is necessary for the recovery from a 401', async () => {
      await using server = await testServer(rejection);
      const error = await failureOf(textOf(create({ apiKey: 'key-1', baseURL: server.origin })));
      expect(error).toMatchObject({ kind: 'auth', details: { recover: undefined } });
    });
  });

  it('sends the headers of the call; those of the provider take precedence, in upper or lower case', async () => {
    await using server = await testServer(hello);
    const headers = { 'X-Team': 'provider', 'x-own': '1' };
    const provider = create({ apiKey: 'key', baseURL: server.origin, headers });
    await textOf(provider, { headers: { 'x-team': 'app', 'X-App': '1' } });
    expect(server.requests[0]?.headers).toMatchObject({ 'x-team': 'provider', 'x-own': '1', 'x-app': '1' });
  });

  it('uses the fetch of the call; the option takes precedence', async () => {
    await using server = await testServer(hello);
    const transports: string[] = [];
    const transport =
      (name: string): typeof globalThis.fetch =>
      (input, init) => {
        transports.push(name);
        return globalThis.fetch(input, init);
      };
    const options = { apiKey: 'key', baseURL: server.origin };
    await textOf(create(options), { fetch: transport('call') });
    await textOf(create({ ...options, fetch: transport('option') }), { fetch: transport('call') });
    expect(transports).toEqual(['call', 'option']);
    expect(server.requests).toHaveLength(2);
  });
}

/** Returns the text of a streamed response. */
async function textOf(provider: Provider, context: Partial<ModelContext> = {}): Promise<string> {
  let text = '';
  for await (const batch of provider.model('m').stream(requestOf(), contextOf(context)))
    for (const event of [batch].flat()) if (event.type === 'text-delta') text += event.text;
  return text;
}
