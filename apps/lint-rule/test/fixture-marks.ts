import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the folder of a fixture project. Each of its raw calls has `// raw: <rule>` on the line before. */
export function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', name);
}

/** Returns the expected findings of a fixture: `src/groq.ts:6 no-raw-inference-http`. */
export function expectedFindings(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          const rule = /^\s*\/\/ raw: (\S+)$/.exec(line)?.[1];
          return rule === undefined ? [] : [`${file}:${String(index + 2)} ${rule}`];
        }),
    )
    .toSorted();
}
