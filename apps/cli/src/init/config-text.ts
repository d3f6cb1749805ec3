/** Returns the text of a configuration: a chain of these targets under one alias. */
export function configText(targets: readonly string[], keys: readonly string[]): string {
  const from = keys.length === 0 ? '' : `, such as ${keys.join(' and ')}`;
  return `import { defineConfig } from 'majordomo';

export default defineConfig({
  model: 'main',
  aliases: {
    // A chain: if a target fails, the next one is called.
    main: ${quoted(targets.join(','))},
  },
  // Keys come from the environment${from}. They do not belong in this file.
});
`;
}

const quoted = (text: string): string =>
  `'${text.replaceAll(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
