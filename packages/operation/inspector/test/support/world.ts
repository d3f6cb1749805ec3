import { createMajordomo, user, type CallOptions, type ChatRequest, type Majordomo } from '@majordomo/core';
import { fakeClock, fakeProvider, type FakeClock } from '@majordomo/testing';
import { createInspector, type Inspector, type InspectorOptions } from '../../src/index.ts';

export const TOKEN = 'a-token-that-nobody-guesses';
export const ORIGIN = 'http://127.0.0.1:4141';

type Models = NonNullable<Parameters<typeof fakeProvider>[0]['models']>;

export interface TestInspector {
  readonly clock: FakeClock;
  /** Majordomo whose health, names and specs the inspector shows. */
  readonly root: Majordomo;
  /** View whose events the inspector receives. */
  readonly majordomo: Majordomo;
  readonly inspector: Inspector;
  /** Sends a request as an admin. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  json<T>(path: string): Promise<T>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Makes one call and resolves to its response or error. */
  call(spec: string, options?: CallOptions, request?: ChatRequest): Promise<unknown>;
}

/** Creates an inspector with fake providers and a fake clock. */
export function createTestInspector(
  models: { readonly head?: Models; readonly tail?: Models } = {},
  options: Partial<InspectorOptions> = {},
): TestInspector {
  const clock = fakeClock();
  const root =
    options.majordomo ??
    createMajordomo({
      providers: [
        fakeProvider({ id: 'head', models: models.head ?? {}, clock }),
        fakeProvider({ id: 'tail', models: models.tail ?? {}, clock }),
      ],
      clock,
      random: () => 0.5,
    });
  const inspector = createInspector({ majordomo: root, clock, token: TOKEN, ...options });
  const majordomo = root.with({ onEvent: inspector.onEvent });
  const get: TestInspector['get'] = (path, headers = {}) =>
    inspector.fetch(new Request(`${ORIGIN}/inspector${path}`, { headers }), { admin: true });
  return {
    clock,
    root,
    majordomo,
    inspector,
    get,
    json: async (path) => (await get(path)).json() as never,
    post: (path, body, headers = { origin: ORIGIN }) =>
      inspector.fetch(
        new Request(`${ORIGIN}/inspector${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
        { admin: true },
      ),
    async call(spec, callOptions, request = { messages: [user('hi')] }) {
      const pendingCall = majordomo
        .model(spec)
        .generate(request, callOptions)
        .catch((error: unknown) => error);
      await clock.advance(60_000);
      return pendingCall;
    },
  };
}
