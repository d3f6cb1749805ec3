import { homedir } from 'node:os';
import { expect, it } from 'vitest';
import { childEnvironment } from './environment.ts';
import { CLIS } from './profiles.ts';

it('passes the child its variables and no others of the application', () => {
  const env = childEnvironment(CLIS.claude, { PATH: '/opt/bin', HOME: '/home/me', DATABASE_URL: 'secret' });
  expect(env).toMatchObject({ PATH: '/opt/bin', HOME: '/home/me', NO_COLOR: '1' });
  expect(env).not.toHaveProperty('DATABASE_URL');
});

it('uses default values for PATH and HOME', () => {
  expect(childEnvironment(CLIS.claude, {})).toMatchObject({
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: homedir(),
  });
});

it('passes one PATH on Windows, in any case', () => {
  const env = childEnvironment(CLIS.claude, { Path: 'C:\\node', UserProfile: 'C:\\me' });
  expect(Object.keys(env).filter((name) => name.toUpperCase() === 'PATH')).toEqual(['Path']);
  expect(env).toMatchObject({ Path: 'C:\\node', UserProfile: 'C:\\me' });
});
