// What users do with the published packages, each in an empty folder with an empty HOME. A step throws if its result is wrong.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packagesIn } from '../build/packages.ts';
import { RUNTIMES } from '../runtimes/runtimes.mjs';
import { YARN } from './registry.mjs';
import { run } from './run.ts';
import { ANSWER, ANSWERING_TARGET } from './vendor.mjs';

const ROOT = join(import.meta.dirname, '../..');
const PACKAGES = ['@majordomo/core', '@majordomo/provider-openai', '@majordomo/provider-anthropic'];
const BUN = RUNTIMES.find(({ name }) => name === 'Bun')?.binary;
const { packageManager: PNPM } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

const STARTERS = readdirSync(join(ROOT, 'apps/create-majordomo/templates'));
/** Stable packages that a program imports. */
const STABLE = packagesIn(ROOT)
  .filter(({ manifest }) => manifest.majordomo?.rank === 'stable' && manifest.exports?.['.'] !== undefined)
  .map(({ manifest }) => manifest.name);

/** @type {Readonly<Record<string, (user: User) => Promise<void>>>} the steps by name */
export const STEPS = {
  'npm install, and the first program of the README': async (user) => {
    await user.npm('install', '@majordomo/core', '@majordomo/provider-anthropic');
    absent(user, 'openai', 'groq-sdk', '@google/genai', '@aws-sdk', 'ollama', 'sharp');
    await user.npm('install', ...PACKAGES);
    await user.answers();
  },
  ...Object.fromEntries(
    STARTERS.map((template) => [
      `npm create majordomo, and the tests of ${template}`,
      async (user) => {
        await user.run('npm', 'create', '--yes', 'majordomo', 'app', '--', '--template', template, '--yes');
        await user.npm('test', '--prefix', 'app');
      },
    ]),
  ),
  'npm install of all stable packages, and a program that imports them': async (user) => {
    await user.npm('install', ...STABLE);
    user.write(
      'all.ts',
      STABLE.map((name) => `console.log('${name}', Object.keys(await import('${name}')).length > 0);\n`).join(
        '',
      ),
    );
    expect(await user.node('all.ts'), ...STABLE.map((name) => `${name} true`));
  },
  'pnpm install': async (user) => {
    // Without this, a package finds dependencies of others, which it did not declare.
    user.write('pnpm-workspace.yaml', 'minimumReleaseAge: 0\nhoist: false\n');
    await user.run('npx', '--yes', PNPM, 'add', ...PACKAGES);
    await user.answers();
  },
  'yarn install with node_modules': async (user) => {
    await user.yarn('node-modules');
    await user.answers();
  },
  'yarn install with PnP': async (user) => {
    await user.yarn('pnp');
    expect(await user.node(YARN, 'node', 'app.ts'), ANSWER, ANSWERING_TARGET);
  },
  'bun install': async (user) => {
    if (BUN === undefined) throw new Error('Bun is not installed; run `.ci/outside runtimes` first');
    await user.run(BUN, 'add', ...PACKAGES);
    expect(await user.run(BUN, 'app.ts'), ANSWER, ANSWERING_TARGET);
  },
  'npx majordomo demo': async (user) => {
    expect(await user.run('npx', '--yes', 'majordomo', 'demo'), 'This is the second model.');
  },
  'a new user of the command': async (user) => {
    await user.npm('install', 'majordomo');
    absent(user, '@google/genai', '@aws-sdk', 'ollama', 'sharp', 'eslint', '@majordomo/provider-google');
    const demo = await user.run('npx', 'majordomo', 'demo');
    expect(demo, 'Every call returned one complete answer');
    const long = demo.split('\n').find((line) => [...line].length > 80);
    if (long !== undefined) throw new Error(`a line of the demo has more than 80 columns: ${long}`);
    user.write('majordomo.config.ts', COMMAND_CONFIG);
    await user.run('npx', 'majordomo', 'trust');
    expect(await user.run('npx', 'majordomo', 'chat', 'Why is the sky blue?'), ANSWER, 'openai/gone failed');
    expect(
      await user.fails('npx', 'majordomo', 'chat', 'ollama/qwen3', 'hi'),
      'npm install @majordomo/provider-ollama',
    );
  },
  'a sibling repository with the ESLint plugin in its CI': async (user) => {
    await user.npm('install', ...PACKAGES);
    await user.npm('install', '--save-dev', 'eslint', '@majordomo/eslint-plugin');
    absent(user, 'typescript');
    user.write('eslint.config.js', LINT_CONFIG);
    user.write('src/app.js', programOf(readFileSync(join(ROOT, 'README.md'), 'utf8')));
    user.manifest({ scripts: { ci: 'eslint src && node src/app.js' } });
    expect(await user.npm('run', 'ci'), ANSWER);
    expect(await user.run('npx', 'majordomo-lint', 'src'), 'No raw calls in 1 file.');
    user.write('src/raw.js', "import OpenAI from 'openai';\nexport const client = new OpenAI();\n");
    expect(await user.fails('npm', 'run', 'ci'), 'majordomo/no-raw-sdk');
    expect(await user.fails('npx', 'majordomo-lint', 'src'), 'src/raw.js:1:1  no-raw-sdk');
  },
  'a minor upgrade where two copies of core meet': async (user) => {
    const [core, provider] = PACKAGES;
    await user.npm('install', ...PACKAGES.map((name) => `${name}@${user.previous[name]}`));
    await user.npm('install', `${core}@${user.previous[core]}`, `${provider}@${user.next[provider]}`);
    const nested = 'node_modules/@majordomo/provider-openai/node_modules/@majordomo/core/package.json';
    const versions = [user.read('node_modules/@majordomo/core/package.json'), user.read(nested)];
    expect(
      versions.map((text) => JSON.parse(text).version).join(' '),
      `${user.previous[core]} ${user.next[core]}`,
    );
    await user.answers();
    user.write('error.ts', ERROR_OF_OTHER_COPY);
    expect(await user.node('error.ts'), 'two copies: auth');
  },
  'removal of an optional peer': async (user) => {
    await user.npm('install', 'majordomo', '@majordomo/gateway', '@majordomo/inspector');
    const command = ['node_modules/majordomo/dist/bin.js', 'serve', '--help'];
    expect(await user.node(...command), 'serve');
    await user.npm('uninstall', '@majordomo/gateway', '@majordomo/inspector');
    const serve = ['serve', '--models', 'default=openai/gpt-5.4-mini'];
    expect(await user.fails(process.execPath, command[0], ...serve), 'npm install @majordomo/gateway');
    expect(await user.node(command[0], 'demo'), 'This is the second model.');
  },
};

/** User with an empty folder and an empty HOME. Installs packages from the registry. */
export class User {
  constructor({ folder, registry, vendor, previous, next }) {
    Object.assign(this, { folder: join(folder, 'app'), previous, next });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'home'), { recursive: true });
    mkdirSync(this.folder, { recursive: true });
    const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
    this.env = { PATH: path, HOME: join(folder, 'home'), NO_COLOR: '1', ...vendor.env };
    // The packages were published a minute ago. Some package managers wait a day before they install a new version.
    this.write('../home/.npmrc', `registry=${registry}\nupdate-notifier=false\n`);
    this.write('pnpm-workspace.yaml', 'minimumReleaseAge: 0\n');
    this.yarnSettings = `npmRegistryServer: ${registry}\nunsafeHttpWhitelist: [127.0.0.1]\nnpmMinimalAgeGate: 0\n`;
    this.manifest({});
    this.write('app.ts', programOf(readFileSync(join(ROOT, 'README.md'), 'utf8')));
  }

  run(command, ...args) {
    return run(command, args, { cwd: this.folder, env: this.env });
  }

  node(...args) {
    return this.run(process.execPath, ...args);
  }

  npm(...args) {
    return this.run('npm', ...args, '--no-audit', '--no-fund');
  }

  async yarn(linker) {
    this.write('.yarnrc.yml', `nodeLinker: ${linker}\n${this.yarnSettings}`);
    this.write('yarn.lock', '');
    await this.node(YARN, 'add', ...PACKAGES);
  }

  /** Runs a command that must fail, and returns what it printed. */
  async fails(command, ...args) {
    try {
      await this.run(command, ...args);
    } catch (error) {
      return error.message;
    }
    throw new Error(`${command} ${args.join(' ')} succeeded`);
  }

  /** Runs the first program of the README. Its first target is overloaded, so the second one answers. */
  async answers() {
    expect(await this.node('app.ts'), ANSWER, ANSWERING_TARGET);
  }

  manifest(members) {
    const path = join(this.folder, 'package.json');
    const before = existsSync(path)
      ? JSON.parse(readFileSync(path, 'utf8'))
      : { private: true, type: 'module' };
    writeFileSync(path, JSON.stringify({ ...before, ...members }));
  }

  write(name, text) {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }

  read(name) {
    return readFileSync(join(this.folder, name), 'utf8');
  }
}

function expect(output, ...texts) {
  const missing = texts.find((text) => !output.includes(text));
  if (missing !== undefined) throw new Error(`expected "${missing}" in:\n${output}`);
}

/** Throws if one of these packages or scopes is installed. */
function absent(user, ...names) {
  const found = names.find((name) => existsSync(join(user.folder, 'node_modules', name)));
  if (found !== undefined) throw new Error(`${found} is installed`);
}

/** Returns the first TypeScript program of a document. */
export function programOf(markdown) {
  const [, program] = /^```ts\n(.*?)^```$/ms.exec(markdown) ?? [];
  if (program === undefined) throw new Error('the document has no TypeScript program');
  return program;
}

const LINT_CONFIG = `import majordomo from '@majordomo/eslint-plugin';

export default [majordomo.configs.recommended];
`;

const COMMAND_CONFIG = `import { defineConfig } from 'majordomo';

export default defineConfig({ model: 'openai/gone,anthropic/claude-sonnet-5' });
`;

const ERROR_OF_OTHER_COPY = `import { LlmError } from '@majordomo/core';
import { LlmError as Other } from './node_modules/@majordomo/provider-openai/node_modules/@majordomo/core/dist/index.js';

const error: unknown = new Other('auth', 'no key');
console.log(Other === LlmError ? 'one copy:' : 'two copies:', LlmError.is(error) ? error.kind : 'unknown');
`;
