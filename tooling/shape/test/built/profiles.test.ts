import * as wire from '@majordomo/openai-wire';
import * as provider from '@majordomo/provider-openai';
import { describe, expect, test } from 'vitest';
import { exists, read } from '../../src/repository.ts';

interface Profile {
  readonly id: string;
  readonly baseURL: string;
}

/** What the wire exports is a vendor of Chat Completions, unless it says another API or is the wire's own vendor. */
const profiles = Object.entries(wire).filter((entry): entry is [string, Profile] => {
  const value: unknown = entry[1];
  return (
    typeof value === 'object' &&
    value !== null &&
    'baseURL' in value &&
    !('api' in value) &&
    entry[0] !== 'openai'
  );
});

describe.each(profiles)('the vendor %s', (name, { id }) => {
  test('has a file named like its id', () => {
    expect(exists(`packages/providers/openai-wire/src/profiles/${id}.ts`)).toBe(true);
  });

  test('is exported by provider-openai, and named in its README', () => {
    expect(provider).toHaveProperty(name);
    expect(read('packages/providers/provider-openai/README.md')).toContain(`\`${name}\``);
  });

  test('is in the list of all, which the command takes', () => {
    expect(wire.PROFILES.map((profile) => profile.id)).toContain(id);
    expect(provider.PROFILES).toBe(wire.PROFILES);
  });
});

test('there are vendors', () => {
  expect(profiles.length).toBeGreaterThanOrEqual(20);
});
