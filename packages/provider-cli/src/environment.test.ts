import { homedir } from 'node:os';
import { expect, it } from 'vitest';
import { childEnvironment } from './environment.ts';
import { CLIS } from './profiles.ts';

it('a child is given what it needs, and nothing of the app beside it', () => {
  const env = childEnvironment(CLIS.claude, { PATH: '/opt/bin', HOME: '/home/me', DATABASE_URL: 'secret' });
  expect(env).toMatchObject({ PATH: '/opt/bin', HOME: '/home/me', NO_COLOR: '1' });
  expect(env).not.toHaveProperty('DATABASE_URL');
});

it('the usual path and home stand in for those that nobody gave', () => {
  expect(childEnvironment(CLIS.claude, {})).toMatchObject({
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: homedir(),
  });
});

it('the path of Windows has no rival in capitals, which would win over it there', () => {
  const env = childEnvironment(CLIS.claude, { Path: 'C:\\node', UserProfile: 'C:\\me' });
  expect(Object.keys(env).filter((name) => name.toUpperCase() === 'PATH')).toEqual(['Path']);
  expect(env).toMatchObject({ Path: 'C:\\node', UserProfile: 'C:\\me' });
});
