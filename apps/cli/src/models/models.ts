import { LlmError, type Capabilities, type ModelInfo } from '@majordomo/core';
import { configuredIds } from '../backends/configured.ts';
import { openIds } from '../backends/open.ts';
import { loadSettings, type Settings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Io, Output } from '../program/io.ts';
import { painter, printable } from '../terminal/paint.ts';
import { writeJson } from '../terminal/write-json.ts';
import type { Prices } from './prices.ts';

const LISTING_MS = 15_000;

/** Models of a backend, or the error that occurred when they were listed. */
interface Listing {
  readonly provider: string;
  readonly models: readonly ModelInfo[];
  readonly error: LlmError | undefined;
  /** Prices, if they were requested. */
  readonly prices?: Prices | undefined;
}

/** Options of `majordomo models`. */
interface ModelsFlags {
  readonly json?: true;
  readonly prices?: true;
}

/** Implements `majordomo models`. Lists the models of all configured backends, or of one backend. */
export async function models(provider: string | undefined, flags: ModelsFlags, io: Io): Promise<ExitCode> {
  const settings = await loadSettings(io);
  const ids = provider === undefined ? await configuredIds(settings) : [provider];
  if (ids.length === 0) {
    throw new Stop(
      'no backend is configured; set a key such as OPENAI_API_KEY, or pass a local server: majordomo models lmstudio',
    );
  }
  const listings = await Promise.all(ids.map((id) => list(id, settings, flags, io)));
  if (flags.json === true) writeJson(io.stdout, listings.map(inJson));
  else for (const listing of listings) io.stdout.write(shown(listing, io.stdout));
  return listings.some(({ error }) => error === undefined) ? EXIT.ok : EXIT.failed;
}

async function list(provider: string, settings: Settings, flags: ModelsFlags, io: Io): Promise<Listing> {
  // Only the request to the backend has a time limit. Packages and prices are loaded from this machine.
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(LISTING_MS)]);
  try {
    const majordomo = await openIds([provider], settings, { cwd: io.cwd, signal: io.signal });
    const found = await majordomo.listModels(provider, { signal });
    if (flags.prices !== true) return { provider, models: found, error: undefined };
    const { pricesOf } = await import('./prices.ts');
    const prices = await pricesOf(provider, found, majordomo, io);
    return { provider, models: found, error: undefined, prices };
  } catch (error) {
    if (io.signal.aborted) throw error;
    if (LlmError.is(error)) return { provider, models: [], error };
    if (!(error instanceof Stop)) throw error;
    return { provider, models: [], error: new LlmError('config', error.message) };
  }
}

/** Converts a list to JSON, with the price of each model if prices were requested. */
function inJson({ prices, ...listing }: Listing): object {
  if (prices === undefined) return listing;
  const priced = listing.models.map((model) => ({ ...model, price: prices.byModel.get(model.id)?.price }));
  return { ...listing, models: priced, pricesOf: prices.date };
}

function shown({ provider, models: all, error, prices }: Listing, output: Output): string {
  const paint = painter(output);
  if (error !== undefined) {
    const why = wrapText(`  ${printable(error.message)}`, output.columns, 2);
    return `${paint('bold', provider)}  ${paint('red', error.kind)}\n${why}\n`;
  }
  const sorted = [...all].sort((a, b) => (a.id < b.id ? -1 : 1));
  const width = Math.min(44, Math.max(0, ...sorted.map(({ id }) => id.length)));
  const facts = ({ id, capabilities }: ModelInfo): string =>
    [...abilities(capabilities), ...(prices === undefined ? [] : [priceIn(id, prices)])].join(' ');
  const rows = sorted.map(
    (model) => `  ${printable(model.id).padEnd(width)}  ${paint('dim', facts(model))}`.trimEnd() + '\n',
  );
  const count = `${all.length} ${all.length === 1 ? 'model' : 'models'}`;
  const legend = prices === undefined ? '' : `, USD per million tokens as of ${prices.date}`;
  return `${paint('bold', provider)}  ${count}${legend}\n${rows.join('')}`;
}

const priceIn = (id: string, { byModel }: Prices): string => {
  const known = byModel.get(id);
  return known === undefined ? '· price unknown' : `· ${known.text}`;
};

/** Describes the known capabilities of a model. */
function abilities({ contextTokens, tools, images, files, reasoning }: Capabilities): string[] {
  const named = { tools, images, files, reasoning };
  const can = Object.entries(named).filter(([, value]) => value !== undefined && value !== false);
  const context = contextTokens === undefined ? '' : `${Math.round(contextTokens / 1000)}k`;
  return [context.padStart(5), ...can.map(([name]) => name)];
}
