import Anthropic from '@anthropic-ai/sdk';
import { createKeys } from '@majordomo/admin';
import { fakeClock } from '@majordomo/testing';
import { memoryRecords } from '@majordomo/records';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { startGateway } from './support/test-gateway.ts';

/** Starts a gateway whose callers have virtual keys, and returns functions that call each wire with its official client. */
async function startWithKeys() {
  const clock = fakeClock(Date.parse('2026-11-23'));
  const keys = createKeys({ records: memoryRecords(), clock });
  const testGateway = await startGateway({ gateway: { authorize: (request) => keys.authorize(request) } });
  const messages = [{ role: 'user' as const, content: 'hi' }];
  const openai = (apiKey: string): OpenAI => new OpenAI({ apiKey, baseURL: `${testGateway.url}/v1` });
  const anthropic = (apiKey: string): Anthropic => new Anthropic({ apiKey, baseURL: testGateway.url });
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
  return { testGateway, clock, keys, outcomes, openai };
}

const ALL_SUCCEED = [200, 200, 200];
const statuses = (outcomes: readonly (readonly [number, string])[]): readonly number[] =>
  outcomes.map(([status]) => status);

describe('a virtual key', () => {
  it('is accepted over every wire, and all refused secrets have the same error', async () => {
    const { testGateway, clock, keys, outcomes } = await startWithKeys();
    await using _testGateway = testGateway;
    const created = await keys.create({ name: 'created' });
    expect(statuses(await outcomes(created.secret))).toEqual(ALL_SUCCEED);
    const revoked = await keys.create({ name: 'revoked' });
    await keys.revoke(revoked.key.id);
    const expired = await keys.create({ name: 'expired', expiresAt: new Date(clock.now() + 1000) });
    await clock.advance(1000);
    const { secret: newSecret } = await keys.rotate(created.key.id);
    const refusedOutcomes = await Promise.all(
      [`mj_${'a'.repeat(43)}`, 'mj_short', revoked.secret, expired.secret, created.secret].map((secret) =>
        outcomes(secret),
      ),
    );
    const [firstOutcome = []] = refusedOutcomes;
    expect(statuses(firstOutcome)).toEqual([401, 401, 401]);
    for (const outcome of refusedOutcomes) expect(outcome).toEqual(firstOutcome);
    expect(statuses(await outcomes(newSecret))).toEqual(ALL_SUCCEED);
  });

  it('allows and lists only its models, and none with an empty list', async () => {
    const { testGateway, keys, outcomes, openai } = await startWithKeys();
    await using _testGateway = testGateway;
    const gptKey = await keys.create({ name: 'one', models: ['gpt'] });
    const keyWithoutModels = await keys.create({ name: 'none', models: [] });
    expect(statuses(await outcomes(gptKey.secret))).toEqual(ALL_SUCCEED);
    expect(statuses(await outcomes(gptKey.secret, 'claude'))).toEqual([404, 404, 404]);
    expect(statuses(await outcomes(keyWithoutModels.secret))).toEqual([404, 404, 404]);
    const modelLists = await Promise.all(
      [gptKey, keyWithoutModels].map(({ secret }) => openai(secret).models.list()),
    );
    expect(modelLists.map(({ data }) => data.map(({ id }) => id))).toEqual([['gpt'], []]);
  });
});
