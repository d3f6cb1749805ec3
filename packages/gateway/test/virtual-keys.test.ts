import Anthropic from '@anthropic-ai/sdk';
import { createKeys, memoryKeyStore } from '@majordomo/admin';
import { fakeClock } from '@majordomo/testing';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { startGateway } from './support/test-gateway.ts';

/** Starts a gateway whose callers have virtual keys, with a call of each wire by its official client. */
async function keyed() {
  const clock = fakeClock(Date.parse('2026-11-23'));
  const keys = createKeys({ store: memoryKeyStore(), clock });
  const at = await startGateway({ gateway: { authorize: (request) => keys.authorize(request) } });
  const messages = [{ role: 'user' as const, content: 'hi' }];
  const openai = (apiKey: string): OpenAI => new OpenAI({ apiKey, baseURL: `${at.url}/v1` });
  const anthropic = (apiKey: string): Anthropic => new Anthropic({ apiKey, baseURL: at.url });
  const calls: readonly ((secret: string, model: string) => PromiseLike<unknown>)[] = [
    (secret, model) => openai(secret).chat.completions.create({ model, messages }),
    (secret, model) => openai(secret).responses.create({ model, input: 'hi' }),
    (secret, model) => anthropic(secret).messages.create({ model, max_tokens: 10, messages }),
  ];
  /** Returns the status of each wire, and the message of its error. */
  const outcomes = (secret: string, model = 'gpt'): Promise<readonly (readonly [number, string])[]> =>
    Promise.all(
      calls.map(async (call): Promise<readonly [number, string]> => {
        try {
          await call(secret, model);
          return [200, ''];
        } catch (error) {
          const { status, message } = error as { readonly status: number; readonly message: string };
          return [status, message];
        }
      }),
    );
  return { at, clock, keys, outcomes, openai };
}

const ANSWERED = [200, 200, 200];
const statuses = (outcomes: readonly (readonly [number, string])[]): readonly number[] =>
  outcomes.map(([status]) => status);

describe('a virtual key', () => {
  it('works at once over every wire, and every secret that is not accepted has the same error', async () => {
    const { at, clock, keys, outcomes } = await keyed();
    await using _at = at;
    const created = await keys.create({ name: 'created' });
    expect(statuses(await outcomes(created.secret))).toEqual(ANSWERED);
    const revoked = await keys.create({ name: 'revoked' });
    await keys.revoke(revoked.key.id);
    const expired = await keys.create({ name: 'expired', expiresAt: new Date(clock.now() + 1000) });
    await clock.advance(1000);
    const { secret: next } = await keys.rotate(created.key.id);
    const refused = await Promise.all(
      [`mj_${'a'.repeat(43)}`, 'mj_short', revoked.secret, expired.secret, created.secret].map((secret) =>
        outcomes(secret),
      ),
    );
    const [first = []] = refused;
    expect(statuses(first)).toEqual([401, 401, 401]);
    for (const each of refused) expect(each).toEqual(first);
    expect(statuses(await outcomes(next))).toEqual(ANSWERED);
  });

  it('serves and lists only its models, and none with an empty list', async () => {
    const { at, keys, outcomes, openai } = await keyed();
    await using _at = at;
    const one = await keys.create({ name: 'one', models: ['gpt'] });
    const none = await keys.create({ name: 'none', models: [] });
    expect(statuses(await outcomes(one.secret))).toEqual(ANSWERED);
    expect(statuses(await outcomes(one.secret, 'claude'))).toEqual([404, 404, 404]);
    expect(statuses(await outcomes(none.secret))).toEqual([404, 404, 404]);
    const listed = await Promise.all([one, none].map(({ secret }) => openai(secret).models.list()));
    expect(listed.map(({ data }) => data.map(({ id }) => id))).toEqual([['gpt'], []]);
  });
});
