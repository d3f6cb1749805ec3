import path from 'node:path';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (file: string): string => readFileSync(path.join(import.meta.dirname, file), 'utf8');

it('the first example is the one that is run', () => {
  expect(read('../README.md')).toContain(`\`\`\`ts\n${read('example.test.ts')}\`\`\``);
});
