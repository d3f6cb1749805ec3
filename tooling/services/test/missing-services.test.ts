import { afterEach, describe, expect, it, vi } from 'vitest';
import { missingServices } from '../src/index.ts';

describe('missing services', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    [undefined, 'are skipped'],
    ['', 'are skipped'],
    ['true', 'fail in CI'],
  ])('are listed in one line with CI=%s, with the effect on their tests', (ci, effect) => {
    vi.stubEnv('CI', ci);
    vi.stubEnv('WITHOUT_SERVICES', 'redis,postgres,pgbouncer,restate,chromium,miniflare,temporal');
    expect(missingServices()).toBe(
      'Not installed: redis, postgres, pgbouncer, restate, chromium, miniflare, temporal. ' +
        `Their tests ${effect}. ` +
        'Install: node tooling/services/install.ts redis postgres pgbouncer restate chromium miniflare temporal',
    );
  });
});
