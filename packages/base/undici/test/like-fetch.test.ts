import { describe, expect, it } from 'vitest';
import { undiciFetch } from '@majordomo/undici';
import { BEHAVIORS } from './support/behaviors.ts';

describe('undiciFetch is like the platform’s fetch: it', () => {
  const send = undiciFetch();

  it.each(BEHAVIORS)('$name', async ({ run }) => {
    expect(await run(send)).toEqual(await run(globalThis.fetch));
  });
});
