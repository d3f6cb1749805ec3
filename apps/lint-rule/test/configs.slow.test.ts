import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import Module, { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { ESLint as ESLint10 } from 'eslint';
import { ESLint as ESLint9 } from 'eslint9';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..');
const ROOT = join(PACKAGE, '../..');

/** Configuration in the README of the package. */
const README = /```js\n\/\/ eslint\.config\.mjs\n([^`]+)```/.exec(
  readFileSync(join(PACKAGE, 'README.md'), 'utf8'),
)?.[1];
/** Configuration of the examples, without types. */
const EXAMPLE = stripTypeScriptTypes(
  readFileSync(join(ROOT, 'apps/examples/src/sibling.eslint.config.ts'), 'utf8'),
);

/** Configuration that loads the plugin as a file in CommonJS does. */
const REQUIRED = `import { createRequire } from 'node:module';
const majordomo = createRequire(import.meta.url)('@majordomo/eslint-plugin');
export default [majordomo.configs.recommended];
`;

const RAW = "import OpenAI from 'openai';\n";
const TYPES = `${RAW}
type Role = 'user' | 'tool';
type Callback = (a: string, b: number, c: Role, d: Role) => void;
interface Calls { (a: string): void; new (a: string): Calls; run(a: string, b: Callback, c: Role, d: Role): void; [key: string]: unknown }
interface Named<T extends object = object> { readonly name: string; value?: T }
export abstract class Client<const T> implements Named {
  declare readonly name: string;
  constructor(private readonly inner: T, protected role: Role = 'user') {}
  abstract run(this: this, input: T): asserts input is NonNullable<T>;
  abstract get size(): number;
  find(id: string): T;
  find(id: number, role?: Role, or?: T, and?: T): T;
  find(): T { return this.inner; }
}
export const make = <T,>(value: T) => new OpenAI(value as never) satisfies unknown;
`;
const DECORATED = `${TYPES}
function sealed(target: unknown, context?: unknown): void { void target; void context; }
@sealed
export class Sealed { @sealed field: Role = 'user'; @sealed run(): void { return; } }
`;
const MARKUP = 'export const page = <p className="a">{String(OpenAI)} text</p>;\n';

/** Files of each extension that ESLint can check, with the import of an SDK in the first line. */
const FILES: Readonly<Record<string, string>> = {
  'src/a.js': RAW,
  'src/a.mjs': RAW,
  'src/a.cjs': "const OpenAI = require('openai');\nmodule.exports = OpenAI;\n",
  'src/a.jsx': `${RAW}${MARKUP}`,
  'src/a.ts': DECORATED,
  'src/a.mts': TYPES,
  'src/a.cts': TYPES,
  'src/a.tsx': `${TYPES}${MARKUP}`,
};

/** Folder of a project that has only this plugin and ESLint's own rules, and of one that also has typescript-eslint. */
let plain: string;
let typed: string;
const nodePath = process.env['NODE_PATH'];
beforeAll(() => {
  // `pnpm exec` sets this variable, with which every project finds typescript-eslint.
  setNodePath(undefined);
  plain = createProject(['@eslint/js']);
  typed = createProject(['@eslint/js', 'typescript-eslint', 'typescript']);
});
beforeEach(() => {
  for (const project of [plain, typed]) rmSync(join(project, 'src'), { recursive: true, force: true });
});
afterAll(() => {
  setNodePath(nodePath);
  for (const project of [plain, typed]) rmSync(project, { recursive: true, force: true });
});

function setNodePath(path: string | undefined): void {
  if (path === undefined) delete process.env['NODE_PATH'];
  else process.env['NODE_PATH'] = path;
  // Node reads the variable only at its start.
  (Module as unknown as { _initPaths(): void })._initPaths();
}

/** Creates a project with this plugin, and with packages of this repository's root. */
function createProject(packages: readonly string[]): string {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'lint-configs-')));
  const source = JSON.stringify(join(PACKAGE, 'src/index.ts'));
  writeAll(project, {
    'package.json': '{ "name": "app", "type": "module" }',
    'node_modules/@majordomo/eslint-plugin/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/@majordomo/eslint-plugin/index.js': `export * from ${source};\nexport { default } from ${source};\n`,
  });
  for (const name of packages) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true });
    symlinkSync(realpathSync(join(ROOT, 'node_modules', name)), join(project, 'node_modules', name));
  }
  return project;
}

function writeAll(project: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
}

/** Runs `eslint .` with this configuration. Returns the reports as `src/a.ts:1 rule`. */
async function lint(
  ESLint: typeof ESLint10,
  project: string,
  config: string | undefined,
): Promise<readonly string[]> {
  writeAll(project, { 'eslint.config.js': config ?? '' });
  const results = await new ESLint({ cwd: project }).lintFiles(['.']);
  return results
    .flatMap(({ filePath, messages }) =>
      messages.map(
        ({ ruleId, line, message }) => `${relative(project, filePath)}:${line} ${ruleId ?? message}`,
      ),
    )
    .toSorted();
}

const EVERY_FILE = Object.keys(FILES)
  .map((path) => `${path}:1 majordomo/no-raw-sdk`)
  .toSorted();

/** Loading ESLint and TypeScript takes long on a busy machine. */
const TIMEOUT_MS = 60_000;

describe.each([
  ['10', ESLint10],
  ['9', ESLint9 as typeof ESLint10],
])('recommended in ESLint %s', { timeout: TIMEOUT_MS }, (_version, eslint) => {
  it.each([
    ['the README', README],
    ['the example', EXAMPLE],
    ['CommonJS', REQUIRED],
  ])('checks every kind of file with the configuration of %s', async (_, config) => {
    for (const project of [plain, typed]) {
      writeAll(project, FILES);
      expect(await lint(eslint, project, config)).toEqual(EVERY_FILE);
    }
  });

  it("runs ESLint's own rules with and without typescript-eslint", async () => {
    for (const project of [plain, typed]) {
      writeAll(project, FILES);
      const reports = await lint(
        eslint,
        project,
        `import js from '@eslint/js';
import majordomo from '@majordomo/eslint-plugin';
export default [js.configs.all, majordomo.configs.recommended];
`,
      );
      expect(reports.filter((report) => report.endsWith('no-raw-sdk'))).toEqual(EVERY_FILE);
      expect(reports).toContainEqual(expect.stringMatching(/^src\/a\.ts:\d+ no-void$/));
    }
  });

  it.each([
    ['before', '...checked, majordomo.configs.recommended'],
    ['after', 'majordomo.configs.recommended, ...checked'],
  ])('keeps the parser options of typescript-eslint %s it', async (_, order) => {
    writeAll(typed, {
      'tsconfig.json': '{ "compilerOptions": { "strict": true, "skipLibCheck": true }, "include": ["src"] }',
      'src/a.ts': `${RAW}export async function run() {\n  await OpenAI;\n  await 1;\n}\n`,
    });
    const reports = await lint(
      eslint,
      typed,
      `import majordomo from '@majordomo/eslint-plugin';
import tseslint from 'typescript-eslint';
const checked = tseslint.config({
  files: ['**/*.ts'],
  extends: [tseslint.configs.base],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: { '@typescript-eslint/await-thenable': 'error' },
});
export default [${order}];
`,
    );
    expect(reports).toContain('src/a.ts:1 majordomo/no-raw-sdk');
    expect(reports).toContain('src/a.ts:4 @typescript-eslint/await-thenable');
  });

  it('leaves files to a parser that a later configuration sets', async () => {
    writeAll(plain, { 'src/a.ts': RAW, 'src/a.js': RAW });
    const reports = await lint(
      eslint,
      plain,
      `import majordomo from '@majordomo/eslint-plugin';
const parser = { parse() { throw new Error('parsed by the project'); } };
export default [majordomo.configs.recommended, { files: ['**/*.ts'], languageOptions: { parser } }];
`,
    );
    expect(reports).toEqual([
      'src/a.js:1 majordomo/no-raw-sdk',
      expect.stringMatching(/^src\/a\.ts:\w+ Parsing error: parsed by the project/),
    ]);
  });

  it("reports a syntax error, and passes options to ESLint's parser", async () => {
    writeAll(plain, { 'src/a.js': 'const = 1;\n', 'src/b.js': 'export const b = <p>{b}</p>;\n' });
    const reports = await lint(
      eslint,
      plain,
      `import majordomo from '@majordomo/eslint-plugin';
const languageOptions = { parserOptions: { ecmaFeatures: { jsx: true } } };
export default [{ files: ['**/b.js'], languageOptions }, majordomo.configs.recommended];
`,
    );
    expect(reports).toEqual([expect.stringMatching(/^src\/a\.js:1 Parsing error/)]);
  });
});
