/** Globs of declaration files, which contain no calls. */
export const declarationFiles: readonly string[] = ['**/*.d.{ts,mts,cts}'];

/** Globs of test files, by the conventions of common test runners. */
export const testFiles: readonly string[] = [
  '**/*.{test,spec,e2e,bench}.{js,mjs,cjs,jsx,ts,mts,cts,tsx}',
  '**/{test,tests,__tests__,__mocks__,spec,e2e,fixtures,__fixtures__}/**',
];

/** Globs of scripts that are run manually. */
export const scriptFiles: readonly string[] = ['**/{scripts,script,tools,examples}/**'];
