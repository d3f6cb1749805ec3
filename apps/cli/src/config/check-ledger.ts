import type { CatalogModel } from '@majordomo/catalog';
import { LlmError } from '@majordomo/core';
import { Stop } from '../program/exit.ts';
import type { LedgerConfig } from './config.ts';

const PRICE =
  '{ "from": "2026-01-01", "rates": { "input": 1250000, "output": 10000000 }, "sources": ["contract"], "trust": "override" }';
const FORM = `an entry has the form { "vendor": "acme", "id": "acme-large", "prices": [${PRICE}] }, with rates in micro-USD per million tokens`;

const MODEL_MEMBERS: Readonly<Record<keyof CatalogModel, true>> = {
  vendor: true,
  id: true,
  aliasOf: true,
  family: true,
  name: true,
  contextTokens: true,
  maxInputTokens: true,
  maxOutputTokens: true,
  input: true,
  output: true,
  tools: true,
  structured: true,
  temperature: true,
  reasoning: true,
  status: true,
  released: true,
  knowledge: true,
  retires: true,
  successor: true,
  deprecatedSince: true,
  lastSeen: true,
  prices: true,
};

/** Checks the members of `ledger` except single limits, which the ledger checks. Throws `Stop` with the name of the member. */
export async function checkLedger(
  file: string,
  {
    file: path,
    limits,
    unknownPrice,
    reserve,
    prices,
  }: Readonly<Partial<Record<keyof LedgerConfig, unknown>>>,
): Promise<void> {
  const stop = (member: string, problem: string): Stop => new Stop(`${file}: "ledger.${member}" ${problem}`);
  if (path !== undefined && (typeof path !== 'string' || path.trim() === '' || path.includes('\0')))
    throw stop('file', 'must be the path of a file');
  if (limits !== undefined && !Array.isArray(limits)) throw stop('limits', 'must be an array of limits');
  const checkChoice = (member: string, value: unknown, first: string, second: string): void => {
    if (value !== undefined && value !== first && value !== second)
      throw stop(member, `must be "${first}" or "${second}", not ${JSON.stringify(value)}`);
  };
  checkChoice('unknownPrice', unknownPrice, 'admit', 'deny');
  checkChoice('reserve', reserve, 'maximum', 'likely');
  if (prices === undefined) return;
  if (!Array.isArray(prices)) throw stop('prices', `must be an array; ${FORM}`);
  for (const [index, entry] of prices.entries()) {
    const problem = await problemOf(entry);
    if (problem !== undefined) throw stop(`prices[${index}]`, `is not valid: ${problem}; ${FORM}`);
  }
}

async function problemOf(entry: unknown): Promise<string | undefined> {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'it must be an object';
  const unknown = Object.keys(entry).filter((name) => !Object.hasOwn(MODEL_MEMBERS, name));
  if (unknown.length > 0) return `unknown members ${unknown.join(', ')}`;
  // Rates at the wrong place, which would otherwise have no effect.
  const noLists = Object.entries(entry).filter(
    ([name, value]) => (name === 'input' || name === 'output') && !Array.isArray(value),
  );
  if (noLists.length > 0)
    return `${noLists.map(([name]) => name).join(' and ')} must be arrays such as ["text"]; rates belong to prices`;
  const { catalog } = await import('@majordomo/catalog');
  try {
    catalog.with([entry as CatalogModel]);
    return undefined;
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return error.message;
  }
}
