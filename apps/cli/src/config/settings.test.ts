import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { settingsOf } from './settings.ts';

const art = (name: string) => ({ ...fakeProvider({ id: 'art', models: {} }), name });

it('gives the environment precedence over the project, and the project over the user', () => {
  const project = {
    model: 'p',
    aliases: { a: 'project' },
    env: { KEY: 'project', ONE: '1' },
    providers: [art('p')],
  };
  const user = {
    model: 'u',
    system: 'brief',
    aliases: { a: 'user', b: 'user' },
    env: { KEY: 'user', TWO: '2' },
    providers: [art('u')],
  };
  const files = [
    { file: '/project', config: project, trust: 'trusted' as const },
    { file: '/user', config: user, trust: 'trusted' as const },
  ];
  const settings = settingsOf(files, { KEY: 'environment' });
  expect(settings).toMatchObject({
    model: 'p',
    system: 'brief',
    aliases: { a: 'project', b: 'user' },
    env: { KEY: 'environment', ONE: '1', TWO: '2' },
    providers: [{ name: 'p' }],
  });
  expect(settings.providers).toHaveLength(1);
  expect(settingsOf(files, { MAJORDOMO_MODEL: 'e' }).model).toBe('e');
  expect(settingsOf(files, { MAJORDOMO_MODEL: '' }).model).toBe(settingsOf(files, {}).model);
});
