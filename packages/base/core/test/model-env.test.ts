import { expect, it } from 'vitest';
import { createMajordomo, user, type Env, type Provider } from '../src/index.ts';
import { manualClock } from './support/manual-clock.ts';
import { scripted } from './support/scripted.ts';

it('creates models with the environment, and again after it has changed', async () => {
  const environments: (Env | undefined)[] = [];
  const echo = scripted('a', { 'a/x': ['one', 'two', 'three'] }, new Map(), manualClock());
  const provider: Provider = {
    ...echo,
    model(modelId, env) {
      environments.push(env);
      return echo.model(modelId, env);
    },
  };
  const majordomo = createMajordomo({ providers: [provider], env: { A_BASE_URL: 'one' } });
  const model = majordomo.model('a/x');
  await model.generate({ messages: [user('hi')] });
  await model.generate({ messages: [user('hi')] });
  majordomo.loadEnv({ A_BASE_URL: 'two' });
  await model.generate({ messages: [user('hi')] });
  expect(environments).toEqual([{ A_BASE_URL: 'one' }, { A_BASE_URL: 'two' }]);
});
