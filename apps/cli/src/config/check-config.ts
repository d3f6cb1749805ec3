import type { CatalogModel } from '@majordomo/catalog';
import { createMajordomo, LlmError } from '@majordomo/core';
import {
  anyObject,
  anything,
  expected,
  flag,
  func,
  integer,
  isRecord,
  list,
  object,
  oneOf,
  open,
  problem,
  problemIn,
  record,
  text,
  where,
  type Check,
} from '@majordomo/core/toolkit';
import { Stop } from '../program/exit.ts';
import type { LoginConfig } from '../vault/login-config.ts';
import type {
  CallLogConfig,
  GatewayConfig,
  GatewayFilesConfig,
  GatewayMcpConfig,
  LedgerConfig,
  MajordomoConfig,
} from './config.ts';

const PRICE =
  '{ "from": "2026-01-01", "rates": { "input": 1250000, "output": 10000000 }, "sources": ["contract"], "trust": "override" }';
const FORM = `an entry has the form { "vendor": "acme", "id": "acme-large", "prices": [${PRICE}] }, with rates in micro-USD per million tokens`;

/** A check for each member of `T`. */
type ChecksOf<T> = Readonly<Record<keyof T, Check>>;

const positive = integer(1);
const texts = record(text);
const place = where(
  text,
  (value) => value.trim() !== '' && !value.includes('\0'),
  'must not be empty or contain a null character',
);

/** Returns a check for `true`, `false` and objects that pass a check. */
const flagOr =
  (check: Check): Check =>
  (value) => {
    if (typeof value === 'boolean') return undefined;
    return isRecord(value) ? check(value) : expected('a boolean or an object', value);
  };

// A check returns `undefined` for a valid value. `open` allows other members.
// `object` receives the required and the optional members, and reports all others.
const keep = object({}, { keepMs: positive });

const callLog: ChecksOf<CallLogConfig> = {
  content: (value) => (value === 'complete' ? undefined : flag(value)),
  completeFor: list(text),
  keepMs: positive,
  keepContentMs: positive,
};

const files: ChecksOf<GatewayFilesConfig> = {
  maxBytes: positive,
  maxFiles: positive,
  maxTotalBytes: positive,
  keepMs: positive,
};

const mcp: ChecksOf<Omit<GatewayMcpConfig, 'servers'>> = {
  url: where(
    text,
    (value) => URL.parse(value)?.origin === value,
    'must be an origin, such as https://gateway.example',
  ),
  allowedHosts: list(text),
  tenants: record(anyObject),
  content: flag,
};

const gateway: ChecksOf<GatewayConfig> = {
  store: place,
  keys: flag,
  calls: flagOr(object({}, callLog)),
  responses: flagOr(keep),
  background: flagOr(keep),
  files: flagOr(object({}, files)),
  mcp: object({ servers: record(anyObject) }, mcp),
  sockets: flag,
  metrics: oneOf('admin', 'public'),
  inspector: flag,
  cors: list(text),
  maxConcurrent: positive,
  maxTotalBodyBytes: positive,
  maxElements: positive,
  maxSockets: positive,
};

const login: ChecksOf<LoginConfig> = {
  preset: text,
  clientId: text,
  clientSecret: text,
  issuer: text,
  endpoints: texts,
  scopes: list(text),
};

/** The ledger checks its limits, and `checkPrices` the prices. */
const ledger: ChecksOf<LedgerConfig> = {
  file: place,
  limits: list(anything),
  unknownPrice: oneOf('admit', 'deny'),
  reserve: oneOf('maximum', 'likely'),
  prices: (value) => (Array.isArray(value) ? undefined : problem(`must be an array; ${FORM}`)),
};

const config: ChecksOf<MajordomoConfig> = {
  model: text,
  system: text,
  aliases: texts,
  env: texts,
  providers: list(open({ id: anything, model: anything })),
  resolvers: list(func),
  router: open({ resolver: anything, plan: anything }),
  skills: list(open({ name: anything }, { tools: list(open({ name: anything, run: anything })) })),
  chain: anyObject,
  ledger: object({}, ledger),
  logins: record(object({}, login)),
  log: flag,
  gateway: object({}, gateway),
};

const isConfig = object({}, config);

/** Checks a configuration. Members of a wrong type and unknown members are errors. */
export async function checkConfig(file: string, value: unknown): Promise<MajordomoConfig> {
  if (!isRecord(value))
    throw new Stop(`${file} contains no configuration object; in a module, export it as default`);
  const found = problemIn(isConfig, value);
  if (found !== undefined) throw new Stop(`${file}: ${found}`);
  const checked: MajordomoConfig = value;
  checkChain(file, checked);
  await checkPrices(file, checked.ledger?.prices);
  return checked;
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

/**
 * Names of the members of a price entry. The catalog checks their values. `input` and `output` are kinds of content, such as
 * `text`. Entries with rates at this place are rejected here, because the catalog would ignore the rates.
 */
const isOverride = object({}, {
  vendor: anything,
  id: anything,
  aliasOf: anything,
  family: anything,
  name: anything,
  contextTokens: anything,
  maxInputTokens: anything,
  maxOutputTokens: anything,
  input: list(text),
  output: list(text),
  tools: anything,
  structured: anything,
  temperature: anything,
  reasoning: anything,
  status: anything,
  released: anything,
  knowledge: anything,
  retires: anything,
  successor: anything,
  deprecatedSince: anything,
  lastSeen: anything,
  prices: anything,
} satisfies ChecksOf<CatalogModel>);

/** Checks the prices of the ledger. Only a configuration with prices loads the catalog. */
async function checkPrices(file: string, prices: readonly unknown[] = []): Promise<void> {
  for (const [index, entry] of prices.entries()) {
    const found = problemIn(isOverride, entry) ?? (await catalogProblem(entry as CatalogModel));
    if (found !== undefined) throw new Stop(`${file}: ledger.prices[${index}]: ${found}; ${FORM}`);
  }
}

async function catalogProblem(entry: CatalogModel): Promise<string | undefined> {
  const { catalog } = await import('@majordomo/catalog');
  try {
    catalog.with([entry]);
    return undefined;
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return error.message;
  }
}
