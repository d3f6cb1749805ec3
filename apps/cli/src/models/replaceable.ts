import type { Catalog, CatalogModel, Price } from '@majordomo/catalog';
import { configuredTargets, type NamedTarget } from '../config/configured-targets.ts';
import { currentCatalog } from '../catalog/current-catalog.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { writeJson } from '../terminal/write-json.ts';
import { gatewayTargets } from './gateway-targets.ts';

/** Model of the configuration that retires within 90 days, or that costs more than an equal model of its vendor. */
interface Replaceable {
  /** Names of the configuration (aliases, and `model` for the default model), or of the gateway. */
  readonly names: readonly string[];
  readonly target: string;
  /** Date of the retirement, in ISO format. */
  readonly retires?: string | undefined;
  readonly daysLeft?: number | undefined;
  /** Target that the vendor recommends instead. */
  readonly successor?: string | undefined;
  /** Target with the same abilities at a lower price. */
  readonly cheaper?: string | undefined;
  /** Reasons as text, one per line. */
  readonly reasons: readonly string[];
}

/** Options of `majordomo models --replaceable`. */
interface ReplaceableFlags {
  readonly json?: true;
  readonly url?: string;
}

/**
 * Implements `majordomo models --replaceable`. Exits with 1 if a model retires within 90 days, so that CI can run it. A cheaper model
 * alone is no failure.
 */
export async function replaceable(flags: ReplaceableFlags, io: Io): Promise<ExitCode> {
  const named = await namedTargets(flags, io);
  const catalog = await currentCatalog(io);
  const now = new Date();
  const targets = new Map(named.map(({ target }) => [target.target, target]));
  const found: Replaceable[] = [];
  const unknown: string[] = [];
  for (const { target, vendor = '', model } of targets.values()) {
    const names = named.filter((one) => one.target.target === target).map(({ name }) => name);
    // A target without a vendor, such as one of a provider of the configuration, is not in the catalog.
    const known = (await catalog.find(vendor, model))?.model;
    if (known === undefined) unknown.push(target);
    else found.push(...(await judged({ names, target, model: known }, catalog, now)));
  }
  if (flags.json === true) writeJson(io.stdout, { catalog: catalog.date, models: found, unknown });
  else io.stdout.write(printable(shown(found, unknown, targets.size, catalog.date)));
  return found.some(({ retires }) => retires !== undefined) ? EXIT.failed : EXIT.ok;
}

/** Returns the targets of the running gateway at `--url`, or of the configuration. */
async function namedTargets({ url }: ReplaceableFlags, io: Io): Promise<readonly NamedTarget[]> {
  if (url !== undefined) {
    const served = await gatewayTargets(url, io);
    if (served.length === 0) throw new Stop('the gateway serves no model with a target; check its log');
    return served;
  }
  const configured = await configuredTargets(await loadSettings(io), io);
  if (configured.length === 0)
    throw new Stop('the configuration names no model; add "model" or "aliases" to majordomo.config.json');
  return configured;
}

interface Subject {
  readonly names: readonly string[];
  readonly target: string;
  readonly model: CatalogModel;
}

async function judged(
  { names, target, model }: Subject,
  catalog: Catalog,
  now: Date,
): Promise<readonly Replaceable[]> {
  const { formatUsd, noticeOf, priceAt } = await import('@majordomo/catalog');
  const notice = noticeOf(model, now);
  const price = priceAt(model, now);
  const models = price === undefined ? [] : await catalog.models(model.vendor);
  const [cheaper] = models
    .flatMap((other) => {
      const own = priceAt(other, now);
      return own !== undefined && price !== undefined && isCheaper(own, price) ? [{ other, price: own }] : [];
    })
    .filter(({ other }) => canReplace(other, model) && noticeOf(other, now) === undefined)
    .sort((a, b) => a.price.rates.output - b.price.rates.output);
  if (notice === undefined && cheaper === undefined) return [];
  const prefix = target.slice(0, target.indexOf('/') + 1);
  // Rates are in micro-USD per million tokens, and `formatUsd` expects nano-USD.
  const costs = ({ rates }: Price): string =>
    `${formatUsd(BigInt(rates.input) * 1000n)} in, ${formatUsd(BigInt(rates.output) * 1000n)} out`;
  const reasons: string[] = [];
  if (notice !== undefined) reasons.push(retirement(notice));
  if (cheaper !== undefined && price !== undefined)
    reasons.push(
      `${prefix}${cheaper.other.id} has the same abilities for ${costs(cheaper.price)} instead of ${costs(price)} per million tokens`,
    );
  const successor = notice?.successor === undefined ? undefined : prefix + notice.successor;
  return [
    {
      names,
      target,
      retires: notice?.retires,
      daysLeft: notice?.daysLeft,
      successor,
      cheaper: cheaper && prefix + cheaper.other.id,
      reasons,
    },
  ];
}

const retirement = (notice: { readonly retires: string; readonly daysLeft: number }): string =>
  notice.daysLeft < 0
    ? `has retired on ${notice.retires}`
    : `retires on ${notice.retires}, in ${notice.daysLeft} days`;

const isCheaper = ({ rates: own }: Price, { rates: other }: Price): boolean =>
  own.input <= other.input &&
  own.output <= other.output &&
  own.input + own.output < other.input + other.output;

/**
 * Whether a model can replace another one: it belongs to the same family, is not older, and has at least the same context, abilities
 * and kinds of input.
 */
function canReplace(other: CatalogModel, model: CatalogModel): boolean {
  const { family, released = '', contextTokens = 0, aliasOf, status, lastSeen } = other;
  const isRelated = family !== undefined && family === model.family && other.id !== model.id;
  // The status names a model that is not generally available, and `lastSeen` one that its vendor no longer lists.
  const isListed = aliasOf === undefined && status === undefined && lastSeen === undefined;
  const isAsNew = released >= (model.released ?? '');
  if (!isRelated || !isListed || !isAsNew) return false;
  return (
    contextTokens >= (model.contextTokens ?? 0) &&
    ABILITIES.every((ability) => model[ability] !== true || other[ability] === true) &&
    model.input.every((kind) => other.input.includes(kind)) &&
    model.output.every((kind) => other.output.includes(kind))
  );
}

const ABILITIES = ['tools', 'structured', 'reasoning'] as const;

function shown(
  found: readonly Replaceable[],
  unknown: readonly string[],
  total: number,
  date: string,
): string {
  const blocks = found.map(({ names, target, reasons, successor, cheaper }) => {
    const test = successor ?? cheaper;
    return [
      `${target}  (${names.join(', ')})`,
      ...reasons.map((reason) => `  ${reason}`),
      ...(test === undefined ? [] : [`  test it: majordomo ping ${test}`]),
      '',
    ].join('\n');
  });
  const rest = `${found.length} of ${total} models can be replaced, by the catalog of ${date}.`;
  const missing = unknown.length === 0 ? '' : ` Not in the catalog: ${unknown.join(', ')}.`;
  return `${blocks.join('\n')}${blocks.length > 0 ? '\n' : ''}${rest}${missing}\n`;
}
