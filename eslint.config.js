import js from '@eslint/js';
// By its path: turbo counts files of the root's dependencies in this repository as inputs of every task.
import majordomo from './apps/lint-rule/dist/index.js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Packages that may use Node's built-ins; every other package runs in a browser, a worker or an edge runtime. */
const NODE_ONLY = [
  'packages/base/media/**',
  'packages/providers/provider-cli/**',
  'packages/calls/catalog/src/node/**',
  'packages/calls/files/src/node/**',
  'packages/agents/context/src/node/**',
  'packages/operation/gateway/src/node/**',
  'packages/calls/credentials/src/node/**',
  'packages/agents/skills/src/node/**',
  'packages/stores/store-sqlite/**',
  'packages/calls/batch/**',
  'packages/quality/evals/**',
  'packages/quality/replay/**',
  'packages/operation/trajectory/**',
  'packages/base/undici/**',
  'packages/quality/conformance/**',
  'packages/quality/testing/**',
  'packages/agents/mcp/src/transport/program-transport.ts',
  'packages/agents/mcp/src/serve/serve-stdio.ts',
];
const TESTS = ['**/*.test.ts', '**/test/**/*.ts', 'tooling/shape/**/*.ts'];

/** Restrictions for all sources. Each configuration of the rule repeats them, because it replaces the earlier ones. */
const SYNTAX = [
  { selector: 'ExportAllDeclaration', message: 'Name what is exported: the public surface is a decision.' },
  {
    selector: 'AwaitExpression:not(:function *)',
    message: 'Top-level await breaks require() of the package.',
  },
  { selector: 'ForOfStatement[await=true]:not(:function *)', message: 'Top-level await breaks require().' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals: enums are no erasable syntax.' },
  {
    selector: 'MemberExpression[object.name="process"][property.name="env"]',
    message: 'The app hands `env` to createMajordomo; a package never reads the process.',
  },
  {
    selector: 'CallExpression > AssignmentExpression',
    message: 'Assign in a statement of its own.',
  },
];
/** Restrictions for all files: one member or element per line is plainer than several in a spread literal. */
const PLAIN = [
  {
    selector: 'ObjectExpression > SpreadElement > ObjectExpression',
    message: 'Write the members without the spread literal, one per line.',
  },
  {
    selector: 'ArrayExpression > SpreadElement > ArrayExpression',
    message: 'Write the elements without the spread literal.',
  },
];
const ACROSS_PACKAGES = {
  group: ['**/packages/*', '../**/src/**', '@majordomo/*/dist/*', '@majordomo/*/src/*'],
  message: 'Import another package by its name and its exports.',
};

export default defineConfig(
  globalIgnores([
    '**/dist/**',
    '**/coverage/**',
    '**/.turbo/**',
    '**/node_modules/**',
    '.ci/out/**',
    // Test data of the lint rules.
    'apps/lint-rule/test/{fixtures,codemod}/**',
  ]),
  js.configs.recommended,
  {
    rules: {
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
      'no-restricted-syntax': ['error', ...PLAIN],
      'no-useless-rename': 'error',
      'object-shorthand': ['error', 'properties'],
    },
  },
  // Only provider packages may import raw SDKs.
  { ...majordomo.configs.recommended, settings: { majordomo: { tests: false } } },
  {
    files: ['**/*.{ts,tsx,mts,cts}'],
    // Rules that need types are in .oxlintrc.json.
    extends: [tseslint.configs.strict],
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['packages/*/*/src/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        ...SYNTAX,
        ...PLAIN,
        { selector: 'ExportDefaultDeclaration', message: 'Name the export like its file.' },
      ],
      'no-restricted-imports': ['error', { patterns: [ACROSS_PACKAGES] }],
    },
  },
  {
    files: ['apps/{cli,create-majordomo,lint-rule}/src/**/*.ts'],
    // A command is not imported.
    ignores: [...TESTS, '**/bin.ts'],
    rules: { 'no-restricted-syntax': ['error', ...SYNTAX, ...PLAIN] },
  },
  {
    files: ['packages/*/*/src/**/*.ts'],
    ignores: [...TESTS, ...NODE_ONLY],
    rules: {
      'no-restricted-globals': ['error', 'process', 'Buffer', 'require', '__dirname', 'setImmediate'],
      'no-restricted-imports': [
        'error',
        { patterns: [ACROSS_PACKAGES, { group: ['node:*'], message: 'This package runs without Node.' }] },
      ],
    },
  },
  {
    files: ['packages/*/*/src/**/*.{ts,tsx}', 'apps/*/src/**/*.{ts,tsx}'],
    ignores: [...TESTS, '**/generated/**'],
    rules: { 'max-lines': ['error', 400] },
  },
  {
    files: TESTS,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['**/*.mjs', '*.js'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', performance: 'readonly', fetch: 'readonly' },
    },
  },
  {
    // The benchmark compares majordomo with raw SDKs.
    files: ['tooling/bench/**/*.mjs'],
    languageOptions: {
      globals: {
        fetch: 'readonly',
        Request: 'readonly',
        Response: 'readonly',
        TextDecoder: 'readonly',
        URL: 'readonly',
        AbortController: 'readonly',
        setTimeout: 'readonly',
      },
    },
    rules: { 'majordomo/no-raw-sdk': 'off' },
  },
  {
    // Programs that test client libraries against the gateway.
    files: ['tooling/standards/suites/clients/*.mjs'],
    rules: { 'majordomo/no-raw-sdk': 'off' },
  },
  {
    // Globals that exist in Node, Bun, Deno, workerd and browsers.
    files: ['tooling/runtimes/app/*.mjs'],
    languageOptions: {
      globals: {
        AbortController: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        location: 'readonly',
        setTimeout: 'readonly',
      },
    },
    // In a page, the application must create the clients of two SDKs.
    rules: { 'majordomo/no-raw-sdk': 'off' },
  },
);
