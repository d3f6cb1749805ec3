/** Where tests live, by the conventions of the common runners. */
export const testFiles: readonly string[] = [
  '**/*.{test,spec,e2e,bench}.{js,mjs,cjs,jsx,ts,mts,cts,tsx}',
  '**/{test,tests,__tests__,__mocks__,spec,e2e,fixtures,__fixtures__}/**',
];

/** Where one-off programs live. */
export const scriptFiles: readonly string[] = ['**/{scripts,script,tools,examples}/**'];
