import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { expect, it } from 'vitest';

const DOCKERFILE = readFileSync(join(import.meta.dirname, '../templates/gateway/Dockerfile'), 'utf8');

it('the Dockerfile of the gateway has no finding, contains no secret, and does not run as root', () => {
  expect(validate(DOCKERFILE)).toEqual([]);
  expect(DOCKERFILE).not.toMatch(/\bsk-|\bmj_|TOKEN=|_KEY=/);
  expect(DOCKERFILE.indexOf('\nUSER node')).toBeGreaterThan(DOCKERFILE.lastIndexOf('\nRUN '));
});
