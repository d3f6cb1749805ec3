import { describe, expect, test } from 'vitest';
import { vendorFiles, vendorsIn } from '../../../generate/vendors.ts';
import { read } from '../../src/repository.ts';

const vendors = await vendorsIn();
const moonBase = {
  name: 'moonBase',
  module: 'moon-base',
  isFunction: false,
  profile: { id: 'moon-base', baseURL: 'https://api.moon-base.example/v1', keyEnv: 'MOON_BASE_API_KEY' },
};

describe.each(Object.entries(vendorFiles(vendors)))('%s', (path, text) => {
  test('lists the vendors in the folder of profiles', () => {
    const remedy = `${path} does not list the vendors in packages/providers/openai-wire/src/profiles; run pnpm generate`;
    expect(read(path) === text, remedy).toBe(true);
  });

  test('contains a new vendor', () => {
    const added = vendorFiles([moonBase, ...vendors])[path] ?? '';
    expect(added.replace(text, '')).toMatch(/moon[-_]?base/i);
  });
});

test('every profile has its own id and a file with the name of its id', () => {
  const profiles = vendors.filter(({ profile, isFunction }) => profile.api === undefined && !isFunction);
  expect(profiles.length).toBeGreaterThanOrEqual(30);
  expect(profiles.map(({ module }) => module)).toEqual(profiles.map(({ profile }) => profile.id));
});
