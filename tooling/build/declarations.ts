import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './packages.ts';

// The options of tsconfig.base.json that declarations depend on. Types are checked by `pnpm typecheck`.
const OPTIONS = [
  ['--target', 'es2023', '--lib', 'es2023', '--types', 'node'],
  ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--resolveJsonModule'],
  ['--strict', '--exactOptionalPropertyTypes', '--verbatimModuleSyntax', '--isolatedDeclarations'],
  ['--allowImportingTsExtensions', '--skipLibCheck', '--ignoreConfig', '--noCheck'],
  ['--declaration', '--emitDeclarationOnly', '--outDir', 'dist', '--rootDir', 'src'],
].flat();

/**
 * Writes a `.d.ts` for each source that the entries (paths or globs) reach. TypeScript's native compiler does it in a tenth of
 * the time that bundled declarations take.
 */
export function writeDeclarations(entries: readonly string[]): void {
  const compiler = join(ROOT, 'node_modules/typescript-native/bin/tsc');
  execFileSync(process.execPath, [compiler, ...OPTIONS, ...globSync([...entries])], { stdio: 'inherit' });
  const peers = optionalPeers();
  if (peers.length > 0)
    for (const file of globSync('dist/**/*.d.ts'))
      writeFileSync(file, withoutPeers(readFileSync(file, 'utf8'), peers));
}

function optionalPeers(): readonly string[] {
  const { peerDependenciesMeta = {} } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly peerDependenciesMeta?: Readonly<Record<string, unknown>>;
  };
  return Object.keys(peerDependenciesMeta);
}

/**
 * Returns declarations that compile without the optional peers, also without `skipLibCheck`. The types of a peer that is not
 * installed are `any`, and only the members of this peer use them.
 */
export function withoutPeers(declarations: string, peers: readonly string[]): string {
  const importsPeer = new RegExp(
    String.raw`^(?:import|export) .*from '(?:${peers.join('|')})(?:/[\w-]+)?';$`,
  );
  return declarations
    .split('\n')
    .flatMap((line) => (importsPeer.test(line) ? ['// @ts-ignore: this peer is optional', line] : [line]))
    .join('\n');
}
