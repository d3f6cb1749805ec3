import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasAddress, type Backend } from '../backends/backends.ts';
import { projectConfigs } from '../config/find-config.ts';
import { setTrust } from '../config/trust.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { locatePackage } from '../program/load-package.ts';
import { reasonOf } from '../program/reason.ts';
import { chooseTargets, chooseVendors } from './choose.ts';
import { installSteps } from './install-steps.ts';

/** Options of `majordomo init`. */
export interface InitFlags {
  readonly vendor?: readonly string[];
  readonly model?: string;
  readonly dryRun?: true;
}

/** Implements `majordomo init`. Writes a configuration for the vendors that the user or the flags name. Overwrites nothing. */
export async function init(flags: InitFlags, io: Io): Promise<ExitCode> {
  const [there] = projectConfigs(io.cwd).filter((file) => existsSync(file));
  if (there !== undefined && flags.dryRun !== true) {
    throw new Stop(
      `${basename(there)} already exists and was not changed; --dry-run prints a new configuration`,
    );
  }
  const vendors = await chooseVendors(flags, io);
  if (vendors === undefined) return EXIT.interrupted;
  const targets = await chooseTargets(flags, vendors, io);
  if (targets === undefined) return EXIT.interrupted;
  const file = configFile(io.cwd);
  const text = configText(targets, vendors.flatMap(keyOf));
  if (flags.dryRun === true) io.stdout.write(printable(`// ${basename(file)}\n${text}`));
  else {
    await createFile(file, text);
    // The command itself wrote the text, so it is trusted.
    setTrust(file, Buffer.from(text), io);
  }
  if (flags.dryRun !== true) io.stdout.write(`Wrote ${printable(file)}\n`);
  for (const step of nextSteps(vendors, io)) io.stderr.write(`${wrapText(step, io.stderr.columns, 2)}\n`);
  return EXIT.ok;
}

/** Returns the path of the new configuration: a `.ts` file if this Node supports TypeScript, otherwise an `.mjs` file. */
function configFile(cwd: string): string {
  const strips = Boolean(Reflect.get(process.features, 'typescript'));
  return join(cwd, `majordomo.config.${strips ? 'ts' : 'mjs'}`);
}

/** Returns the text of a configuration: a chain of these targets under one alias. */
function configText(targets: readonly string[], keys: readonly string[]): string {
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

/** Creates the file. An existing file or link is not replaced. */
async function createFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    throw new Stop(`${file} cannot be written: ${reasonOf(error)}`, EXIT.failed);
  }
}

const keyOf = ({ keyEnv }: Backend): readonly string[] => keyEnv.slice(0, 1);

/** Returns lines with the found and missing variables, and the next step. */
function nextSteps(vendors: readonly Backend[], { env, cwd }: Io): readonly string[] {
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  const keys = vendors.flatMap(({ id, keyEnv }) => {
    if (keyEnv.length === 0) return [];
    const found = keyEnv.find(isSet);
    return [found === undefined ? `${id}: set ${keyEnv.join(' or ')}` : `${id}: ${found} is set`];
  });
  const places = vendors.flatMap((vendor) =>
    hasAddress(vendor, env) ? [] : [`${vendor.id}: set ${vendor.addressEnv?.join(' or ') ?? ''}`],
  );
  const packages = new Set(vendors.map((vendor) => vendor.package));
  return [
    ...keys,
    ...places,
    ...installSteps([...packages].filter((name) => locatePackage(name, cwd) === undefined)),
    'Then: majordomo chat "hello"',
  ];
}
