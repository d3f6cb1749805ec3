// Reads the vendors from the folder of profiles, and returns every file that lists them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { namedHosts } from '../../apps/lint-rule/src/data/hosts.ts';
import { addressMatcher } from '../../apps/lint-rule/src/match/address.ts';
import { ROOT } from '../build/packages.ts';

const FOLDER = 'packages/providers/openai-wire/src/profiles';
const ALL = `${FOLDER}/all.ts`;
const WIRE = 'packages/providers/openai-wire/src/index.ts';
const PROVIDER = 'packages/providers/provider-openai/src/index.ts';
const README = 'packages/providers/provider-openai/README.md';
const HOSTS = 'apps/lint-rule/src/data/profile-hosts.ts';
const VARIABLES = '.env.example';
/** Maximum length of a line in a document. */
const WIDTH = 150;

/** Properties of a profile that the lists contain. */
interface Profile {
  readonly id: string;
  readonly api?: string;
  readonly baseURL?: string;
  readonly baseURLEnv?: string;
  readonly keyEnv?: string;
}

/** Vendor or server that has a profile. */
export interface Vendor {
  /** Name of the exported profile, or of the function that returns it. */
  readonly name: string;
  /** Name of its file in the folder of profiles, without `.ts`. */
  readonly module: string;
  readonly isFunction: boolean;
  readonly profile: Profile;
}

/** Returns the vendors in the order of their files. */
export async function vendorsIn(folder: string = join(ROOT, FOLDER)): Promise<readonly Vendor[]> {
  const modules = readdirSync(folder)
    .filter((file) => !file.endsWith('.test.ts') && file !== 'all.ts')
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
  const vendors = await Promise.all(modules.map((module) => vendorsOf(folder, module)));
  return vendors.flat();
}

async function vendorsOf(folder: string, module: string): Promise<readonly Vendor[]> {
  const exported = (await import(pathToFileURL(join(folder, `${module}.ts`)).href)) as Record<
    string,
    unknown
  >;
  return Object.entries(exported).flatMap(([name, value]) => {
    const isFunction = typeof value === 'function';
    const profile: unknown = isFunction ? (value as () => unknown)() : value;
    return isProfile(profile) ? [{ name, module, isFunction, profile }] : [];
  });
}

const isProfile = (value: unknown): value is Profile =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  ('baseURL' in value || 'baseURLEnv' in value);

/** Returns the texts of all files that list the vendors, by their paths. */
export function vendorFiles(vendors: readonly Vendor[]): Readonly<Record<string, string>> {
  // `createOpenAI` uses the profiles of OpenAI, so that provider-openai does not export them.
  const others = vendors.filter(({ module }) => !module.startsWith('openai'));
  return {
    [ALL]: allFile(others),
    [WIRE]: withRegion(WIRE, exportsOf(vendors)),
    [PROVIDER]: withRegion(PROVIDER, others.map(({ name }) => `  ${name},\n`).join('')),
    [README]: withRegion(README, `\n${paragraph(others)}\n\n`),
    [HOSTS]: hostsFile(others),
    [VARIABLES]: withVariables(vendors),
  };
}

/** Returns the list of the profiles for Chat Completions. The command tries servers on the user's machine last. */
function allFile(vendors: readonly Vendor[]): string {
  const listed = vendors.filter(({ profile, isFunction }) => profile.api === undefined && !isFunction);
  const [local, remote] = [listed.filter(isLocal), listed.filter((vendor) => !isLocal(vendor))];
  return `// Written by \`pnpm generate\`.
import type { Profile } from '../profile.ts';
${listed.map(({ name, module }) => `import { ${name} } from './${module}.ts';\n`).join('')}
/** Profiles for Chat Completions that need no parameters. Servers that run on the user's machine are last. */
export const PROFILES: readonly Profile[] = [
${[...remote, ...local].map(({ name }) => `  ${name},\n`).join('')}];
`;
}

const isLocal = ({ profile }: Vendor): boolean => profile.baseURL?.startsWith('http://localhost') === true;

function exportsOf(vendors: readonly Vendor[]): string {
  const lines = vendors.map(({ name, module }) => `export { ${name} } from './profiles/${module}.ts';\n`);
  return `export { PROFILES } from './profiles/all.ts';\n${lines.join('')}`;
}

/** Returns the names of the profiles for the README. It describes the functions itself, because their options differ. */
function paragraph(vendors: readonly Vendor[]): string {
  const profiles = vendors.filter(({ isFunction }) => !isFunction);
  const names = (of: readonly Vendor[]): string => of.map(({ name }) => `\`${name}\``).join(', ');
  const chat = names(profiles.filter(({ profile }) => profile.api === undefined));
  const responses = names(profiles.filter(({ profile }) => profile.api === 'responses'));
  return wrapped(`Profiles of Chat Completions: ${chat}. Profiles of Responses: ${responses}.`);
}

function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}

/** Returns the hosts of profiles for the lint rule, without the hosts that it names itself with a path or a replacement. */
function hostsFile(vendors: readonly Vendor[]): string {
  const match = addressMatcher({ hosts: namedHosts, paths: [] });
  const unnamed = vendors
    .filter((vendor) => !isLocal(vendor))
    .flatMap(({ profile: { baseURL } }) => baseURL ?? [])
    .filter((address) => match(address).kind !== 'inference');
  const added = [...new Set(unnamed.map((address) => new URL(address).host))].sort();
  return `// Written by \`pnpm generate\`.
/** Hosts of the profiles of \`@majordomo/provider-openai\` that \`namedHosts\` does not contain. */
export const profileHosts: readonly string[] = [
${added.map((host) => `  '${host}',\n`).join('')}];
`;
}

/** Returns `.env.example` with the variables of the profiles in the block of provider-openai. */
function withVariables(vendors: readonly Vendor[]): string {
  const blocks = read(VARIABLES).split('\n\n');
  const at = blocks.findIndex((block) => block.startsWith('# @majordomo/provider-openai:'));
  const [comment = ''] = (blocks[at] ?? '').split('\n');
  const others = blocks.filter((_, index) => index !== at).join('\n\n');
  const names = vendors
    .flatMap(({ profile: { keyEnv, baseURLEnv } }) => [keyEnv, baseURLEnv])
    .filter((name) => name !== undefined)
    .filter((name) => !new RegExp(`^(?:# )?${name}=`, 'm').test(others));
  blocks[at] = [comment, ...[...new Set(names)].sort().map((name) => `${name}=`)].join('\n');
  return blocks.join('\n\n');
}

/** Returns a file in which `content` is between the comments `generated: vendors` and `end of generated`. */
function withRegion(path: string, content: string): string {
  const text = read(path);
  const region = /(^.*\bgenerated: vendors\b.*\n)[^]*?(^.*\bend of generated\b)/m;
  if (!region.test(text))
    throw new Error(`${path} has no comments "generated: vendors" and "end of generated"; restore them`);
  return text.replace(region, (_, begin: string, end: string) => `${begin}${content}${end}`);
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
