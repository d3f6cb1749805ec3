import path from 'node:path';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (file: string): string => readFileSync(path.join(import.meta.dirname, file), 'utf8');

it.each(['example.test.ts', '../../../../tooling/acceptance/test/faulty-server.test.ts'])(
  'the README contains the test %s',
  (file) => {
    expect(read('../README.md')).toContain(`\`\`\`ts\n${read(file)}\`\`\``);
  },
);
