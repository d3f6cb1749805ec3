import { createMajordomo, LlmError } from '@majordomo/core';
import { didYouMean, redact } from '@majordomo/core/toolkit';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { readJson } from '../files/read-json.ts';
import { reasonOf } from '../program/reason.ts';
import { checkLedger } from './check-ledger.ts';
import type {
  CallLogConfig,
  GatewayConfig,
  GatewayFilesConfig,
  GatewayMcpConfig,
  LedgerConfig,
  MajordomoConfig,
} from './config.ts';
import { findConfigs } from './find-config.ts';
import { importConfig } from './import-config.ts';
import { trustIn, type Trust } from './trust.ts';

/** Configuration with its file. */
export interface LoadedConfig {
  readonly file: string;
  /** Content of the file, or `{}` for an untrusted file, because untrusted files are not read. */
  readonly config: MajordomoConfig;
  /** State of trust in the file. The user's configuration is always trusted. */
  readonly trust: Trust;
}

/**
 * Loads the project's configuration and the user's configuration, in order of precedence. A project's file is neither run nor
 * read unless it is trusted.
 */
export async function loadConfigs(io: Pick<Io, 'cwd' | 'home' | 'env'>): Promise<readonly LoadedConfig[]> {
  const { project, user } = await findConfigs(io);
  const loaded: LoadedConfig[] = [];
  if (project !== undefined) {
    const trust = trustIn(project, io);
    const config = trust === 'trusted' ? await checkConfig(project, await read(project)) : {};
    loaded.push({ file: project, config, trust });
  }
  if (user !== undefined)
    loaded.push({ file: user, config: await checkConfig(user, await read(user)), trust: 'trusted' });
  return loaded;
}

async function read(file: string): Promise<unknown> {
  if (file.endsWith('.json')) return readJson(file, file);
  try {
    return await importConfig(file);
  } catch (error) {
    throw new Stop(`${file} cannot be read: ${oldNode(error) ?? redact(reasonOf(error))}`);
  }
}

/** Returns the reason and the remedy if this version of Node cannot load TypeScript. */
export const oldNode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION'
    ? `a file in TypeScript requires Node 22.18 or later, not ${process.versions.node}; write it in JavaScript`
    : undefined;

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((member) => typeof member === 'string');
const isProviders = (value: unknown): boolean =>
  Array.isArray(value) && value.every((member) => isObject(member) && 'id' in member && 'model' in member);

const isFunctions = (value: unknown): boolean =>
  Array.isArray(value) && value.every((member) => typeof member === 'function');

const isRouter = (value: unknown): boolean => isObject(value) && 'resolver' in value && 'plan' in value;

const isSkills = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every(
    (member) => isObject(member) && 'name' in member && (!('tools' in member) || isTools(member.tools)),
  );
const isTools = (value: unknown): boolean =>
  Array.isArray(value) && value.every((member) => isObject(member) && 'name' in member && 'run' in member);

type Checks<T> = Readonly<Record<keyof T, (value: unknown) => boolean>>;

/** Returns a function that checks whether a value is an object whose members pass `checks`. Rejects members without a check. */
const isMadeOf =
  (checks: Readonly<Record<string, (value: unknown) => boolean>>) =>
  (value: unknown): boolean =>
    isObject(value) &&
    Object.entries(value).every(
      ([name, member]) =>
        member === undefined || (Object.hasOwn(checks, name) && checks[name]?.(member) === true),
    );

const LEDGER: Readonly<Record<keyof LedgerConfig, true>> = {
  file: true,
  limits: true,
  unknownPrice: true,
  reserve: true,
  prices: true,
};
const isLedger = (value: unknown): boolean =>
  isObject(value) && Object.keys(value).every((name) => Object.hasOwn(LEDGER, name));

const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isPositive = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;
const isTextList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const CALL_LOG: Checks<CallLogConfig> = {
  content: (value) => isBoolean(value) || value === 'complete',
  completeFor: isTextList,
  keepMs: isPositive,
  keepContentMs: isPositive,
};
const FILES: Checks<GatewayFilesConfig> = {
  maxBytes: isPositive,
  maxFiles: isPositive,
  maxTotalBytes: isPositive,
  keepMs: isPositive,
};
const isObjects = (value: unknown): boolean => isObject(value) && Object.values(value).every(isObject);
const MCP: Checks<GatewayMcpConfig> = {
  servers: isObjects,
  url: (value) => typeof value === 'string' && URL.parse(value)?.origin === value,
  allowedHosts: isTextList,
  tenants: isObjects,
  content: isBoolean,
};
const GATEWAY: Checks<GatewayConfig> = {
  store: (value) => typeof value === 'string' && value.trim() !== '' && !value.includes('\0'),
  keys: isBoolean,
  calls: (value) => isBoolean(value) || isMadeOf(CALL_LOG)(value),
  responses: (value) => isBoolean(value) || isMadeOf({ keepMs: isPositive })(value),
  background: (value) => isBoolean(value) || isMadeOf({ keepMs: isPositive })(value),
  files: (value) => isBoolean(value) || isMadeOf(FILES)(value),
  mcp: (value) => isMadeOf(MCP)(value) && isObject(value) && 'servers' in value,
  sockets: isBoolean,
  metrics: (value) => value === 'admin' || value === 'public',
  inspector: isBoolean,
  cors: isTextList,
  maxConcurrent: isPositive,
  maxTotalBodyBytes: isPositive,
  maxElements: isPositive,
  maxSockets: isPositive,
};

const LOGIN: readonly string[] = ['preset', 'clientId', 'clientSecret', 'issuer'];
const isLogin = (value: unknown): boolean =>
  isObject(value) &&
  Object.entries(value).every(([name, member]: [string, unknown]) => {
    if (member === undefined) return true;
    if (name === 'endpoints') return isTexts(member);
    if (name === 'scopes') return isTextList(member);
    return LOGIN.includes(name) && typeof member === 'string';
  });

type Type = readonly [name: string, is: (value: unknown) => boolean];
const TEXT: Type = ['a string', (value) => typeof value === 'string'];
const TEXTS: Type = ['an object of strings', isTexts];

const TYPES: Readonly<Record<keyof MajordomoConfig, Type>> = {
  model: TEXT,
  system: TEXT,
  aliases: TEXTS,
  env: TEXTS,
  providers: ['an array of providers', isProviders],
  resolvers: ['an array of functions', isFunctions],
  router: ['a router of createRouter', isRouter],
  skills: ['an array of skills', isSkills],
  chain: ['an object', isObject],
  ledger: ['an object with file, limits, unknownPrice, reserve or prices', isLedger],
  logins: [
    'an object of logins, with preset, clientId, clientSecret, issuer, endpoints or scopes',
    (value) => isObject(value) && Object.values(value).every(isLogin),
  ],
  log: ['true or false', isBoolean],
  gateway: [`an object with ${Object.keys(GATEWAY).join(', ')}, with valid values`, isMadeOf(GATEWAY)],
};

/** Checks a configuration. Members of a wrong type and unknown members are errors. */
export async function checkConfig(file: string, value: unknown): Promise<MajordomoConfig> {
  if (!isObject(value)) {
    throw new Stop(`${file} contains no configuration object; in a module, export it as default`);
  }
  for (const [name, member] of Object.entries(value)) {
    const type = Object.hasOwn(TYPES, name) ? TYPES[name as keyof MajordomoConfig] : undefined;
    if (type === undefined) {
      const known = Object.keys(TYPES);
      const suggestion = didYouMean(name, known);
      throw new Stop(`${file}: unknown option "${name}" (options: ${known.join(', ')})${suggestion}`);
    }
    const [wanted, is] = type;
    if (member !== undefined && !is(member)) throw new Stop(`${file}: "${name}" must be ${wanted}`);
  }
  const config: MajordomoConfig = value;
  checkChain(file, config);
  if (config.ledger !== undefined) await checkLedger(file, config.ledger);
  return config;
}

/** Checks the chain options, so that the error contains the path of the file. */
function checkChain(file: string, { chain }: MajordomoConfig): void {
  try {
    createMajordomo({ providers: [], chain });
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    throw new Stop(`${file}: ${error.message}`);
  }
}
