import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { expect, it } from 'vitest';

const TEMPLATE = join(import.meta.dirname, '../templates/gateway');
const DOCKERFILE = readFileSync(join(TEMPLATE, 'Dockerfile'), 'utf8');

it('the Dockerfile of the gateway has no finding, contains no secret, and does not run as root', () => {
  expect(validate(DOCKERFILE)).toEqual([]);
  expect(DOCKERFILE).toMatch(/^RUN .*\bnpm ci --omit=dev /m);
  expect(DOCKERFILE).not.toMatch(/\bsk-|\bmj_|TOKEN=|_KEY=/);
  expect(DOCKERFILE.indexOf('\nUSER node')).toBeGreaterThan(DOCKERFILE.lastIndexOf('\nRUN '));
});

it('.env.example of the gateway does not replace variables of the image, which docker run --env-file would set to empty values', () => {
  const example = readFileSync(join(TEMPLATE, '.env.example'), 'utf8');
  const set = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  const [, ofImage = ''] = /^ENV (HOST=.*)$/m.exec(DOCKERFILE) ?? [];
  const names = [...ofImage.matchAll(/(\w+)=/g)].map(([, name]) => name);
  expect(names).toEqual(['HOST', 'PORT', 'STORE']);
  for (const name of names) {
    expect(set).not.toContain(name);
    expect(example).toContain(`# ${name}=`);
  }
});
